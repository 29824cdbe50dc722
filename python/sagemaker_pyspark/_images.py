"""Where Amazon keeps the images of its algorithms."""
from __future__ import annotations

from .errors import InvalidArgument

# kmeans, pca, linear-learner and factorization-machines.
_FIRST_PARTY = {
    "af-south-1": "455444449433", "ap-east-1": "286214385809", "ap-northeast-1": "351501993468", "ap-northeast-2": "835164637446",
    "ap-south-1": "991648021394", "ap-southeast-1": "475088953585", "ap-southeast-2": "712309505854", "ca-central-1": "469771592824",
    "cn-north-1": "390948362332", "cn-northwest-1": "387376663083", "eu-central-1": "664544806723", "eu-north-1": "669576153137",
    "eu-south-1": "257386234256", "eu-west-1": "438346466558", "eu-west-2": "644912444149", "eu-west-3": "749696950732",
    "me-south-1": "249704162688", "sa-east-1": "855470959533", "us-east-1": "382416733822", "us-east-2": "404615174143",
    "us-gov-west-1": "226302683700", "us-west-1": "632365934929", "us-west-2": "174872318107",
}

_LDA = {
    "ap-northeast-1": "258307448986", "ap-northeast-2": "293181348795", "ap-south-1": "991648021394", "ap-southeast-1": "475088953585",
    "ap-southeast-2": "297031611018", "ca-central-1": "469771592824", "eu-central-1": "353608530281", "eu-west-1": "999678624901",
    "eu-west-2": "644912444149", "us-east-1": "766337827248", "us-east-2": "999911452149", "us-gov-west-1": "226302683700",
    "us-west-1": "632365934929", "us-west-2": "266724342769",
}

_XGBOOST = {
    "af-south-1": "455444449433", "ap-east-1": "286214385809", "ap-northeast-1": "501404015308", "ap-northeast-2": "306986355934",
    "ap-south-1": "991648021394", "ap-southeast-1": "475088953585", "ap-southeast-2": "544295431143", "ca-central-1": "469771592824",
    "cn-north-1": "390948362332", "cn-northwest-1": "387376663083", "eu-central-1": "813361260812", "eu-north-1": "669576153137",
    "eu-south-1": "257386234256", "eu-west-1": "685385470294", "eu-west-2": "644912444149", "eu-west-3": "749696950732",
    "me-south-1": "249704162688", "sa-east-1": "855470959533", "us-east-1": "811284229777", "us-east-2": "825641698319",
    "us-gov-west-1": "226302683700", "us-west-1": "632365934929", "us-west-2": "433757028032",
}

_ACCOUNTS = {"kmeans": _FIRST_PARTY, "pca": _FIRST_PARTY, "linear-learner": _FIRST_PARTY, "factorization-machines": _FIRST_PARTY,
             "lda": _LDA, "xgboost": _XGBOOST}


def algorithm_image(algorithm: str, region: str) -> str:
    """The image's URI: ACCOUNT.dkr.ecr.REGION.amazonaws.com[.cn in China regions]/ALGORITHM:1."""
    accounts = _ACCOUNTS[algorithm]
    if region not in accounts:
        raise InvalidArgument(f'Region has no image of the algorithm: {algorithm} in "{region}"; regions that have it: '
                              f"{', '.join(sorted(accounts))}")
    suffix = ".cn" if region.startswith("cn-") else ""
    return f"{accounts[region]}.dkr.ecr.{region}.amazonaws.com{suffix}/{algorithm}:1"
