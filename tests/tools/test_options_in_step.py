"""AlgorithmEstimatorOptions repeats the members of SageMakerEstimatorOptions, since designated initializers take no base class: this
keeps the two, and what WithImage hands on, in step."""
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "src" / "sagespark" / "sagemaker"
# What the algorithm gives instead of the user, and its defaults.
OF_THE_ALGORITHM = {"trainingImage", "modelImage", "hyperParameters"}
DEFAULT_OF_THE_ALGORITHM = {"requestRowSerializer", "responseRowDeserializer", "trainingSparkDataFormat", "validationChannelName"}
MEMBER = re.compile(r"^  (?P<type>[\w:]\S.*?) (?P<name>\w+)(?: = (?P<default>.*?))?;", re.M)


def members(header, struct):
    """Type and default by name."""
    text = (FOLDER / header).read_text()
    body = re.search(rf"^struct {struct} {{\n(.*?)^}};", text, re.M | re.S).group(1)
    return {member["name"]: (member["type"], member["default"]) for member in MEMBER.finditer(body)}


def test_both_have_the_same_members():
    estimator = members("sagemaker_estimator.h", "SageMakerEstimatorOptions")
    algorithm = members("algorithm_options.h", "AlgorithmEstimatorOptions")
    assert len(estimator) > 50
    assert estimator.keys() - algorithm.keys() == OF_THE_ALGORITHM
    assert algorithm.keys() <= estimator.keys()
    for name, (kind, default) in algorithm.items():
        assert estimator[name][0] == kind, name
        if name not in DEFAULT_OF_THE_ALGORITHM:
            assert estimator[name][1] == default, name


def test_every_option_is_handed_on():
    text = (FOLDER / "algorithm_options.h").read_text()
    handed_on = re.findall(r"^ +(?:return {)?\.(\w+) = (.*?)[,}]*;?$", text[text.index("WithImage("):], re.M)
    assert {name for name, _ in handed_on} == members("sagemaker_estimator.h", "SageMakerEstimatorOptions").keys() - {"hyperParameters"}
    for name, value in handed_on:
        if name not in OF_THE_ALGORITHM | {"uid"}:
            assert value in (f"options.{name}", f"std::move(options.{name})"), name
