"""What signs a message is what the specification says, to the letter."""

import base64
import hmac
from hashlib import sha256

from fenshen.jobs.standard_webhooks import headers, new_secret


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    signed = headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )  # fmt: skip
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_a_secret_is_rotated_both_sign() -> None:
    new, old = new_secret(), new_secret()
    told = headers("event_1", 1, b"{}", [new, old])["webhook-signature"].split(" ")
    for secret, signature in zip((new, old), told, strict=True):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        mac = base64.b64encode(hmac.new(key, b"event_1.1.{}", sha256).digest()).decode()
        assert signature == f"v1,{mac}"


def test_a_secret_is_as_long_as_the_specification_wants_and_never_the_same() -> None:
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    assert {len(base64.b64decode(each.removeprefix("whsec_"))) for each in made} == {32}
