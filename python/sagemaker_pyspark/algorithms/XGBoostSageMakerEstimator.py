"""Amazon SageMaker's XGBoost."""
from .._params import accessors, float_param, gt_eq, in_range, int_param, list_of, one_of, text_param
from ..transformation.deserializers import XGBoostCSVRowDeserializer
from ..transformation.serializers import LibSVMRequestRowSerializer, UnlabeledCSVRequestRowSerializer
from ._base import AlgorithmEstimator

# SageMaker Spark's, with its spelling of binary:logitraw, and those that newer images have.
_OBJECTIVES = (
    "reg:linear", "reg:logistic", "binary:logistic", "binary:logistraw", "count:poisson", "multi:softmax", "multi:softprob",
    "rank:pairwise", "reg:gamma", "reg:tweedie", "reg:squarederror", "binary:logitraw", "binary:hinge", "rank:ndcg", "rank:map",
    "reg:absoluteerror", "reg:squaredlogerror", "reg:pseudohubererror", "survival:aft", "survival:cox")

# SageMaker Spark's, where "t" and "n" stand for a number, and those that newer images have.
_METRICS = (
    "rmse", "mae", "logloss", "error", "error@t", "merror", "mlogloss", "auc", "ndcg", "map", "ndcg@n", "ndcg-", "ndcg@n-",
    "map-", "map@n-", "map@n", "aucpr", "rmsle", "mape", "mphe", "aft-nloglik", "cox-nloglik", "gamma-nloglik", "gamma-deviance",
    "poisson-nloglik", "tweedie-nloglik")

# What the channel is to say about files of a format that the algorithm does not take for LibSVM.
_CONTENT_TYPES = {"csv": "text/csv", "com.databricks.spark.csv": "text/csv", "parquet": "application/x-parquet",
                  "sagemaker": "application/x-recordio-protobuf"}


def _is_metric(metric: str) -> bool:
    """Whether `metric` is one of _METRICS, a number in the place of "t" or "n"."""
    name, at, threshold = metric.partition("@")
    if not at or metric in _METRICS:
        return metric in _METRICS
    try:
        float(threshold.removesuffix("-"))
    except ValueError:
        return False
    return f"{name}@{'t' if name == 'error' else 'n'}{'-' if threshold.endswith('-') else ''}" in _METRICS


_METRICS_RANGE = list_of(_is_metric, _METRICS)


class XGBoostSageMakerEstimator(AlgorithmEstimator):
    """Classifies, regresses or ranks rows by Amazon SageMaker's XGBoost.

    Trains on a column of doubles, "label", and a column of vectors, "features", written as trainingSparkDataFormat says: libsvm, csv,
    parquet or sagemaker. The model appends the column prediction, a double; for a vector of probabilities (multi:softprob) give
    XGBoostCSVVectorRowDeserializer.

    Of formats other than libsvm the channel's content type follows the format unless trainingContentType is given, and requests are CSV
    unless a requestRowSerializer is given: LibSVM numbers columns from 1, the other formats from 0, and a model must be asked as it was
    trained.

    `num_round`, and `num_class` with objectives multi:*, must be set before fit. What is not set, the algorithm decides.

    Arguments of the constructor: see AlgorithmEstimator. Source: "XGBoost Hyperparameters", Amazon SageMaker guide.
    """

    _algorithm = "xgboost"
    _serializer = LibSVMRequestRowSerializer
    _deserializer = XGBoostCSVRowDeserializer
    _format = "libsvm"

    booster = text_param("booster", "What is boosted.", one_of("gbtree", "gblinear", "dart"))
    silent = int_param("silent", "Whether messages are left out. XGBoost has verbosity instead.", one_of(0, 1))
    nthread = int_param("nthread", "The number of threads.", gt_eq(1))
    eta = float_param("eta", "The share of a new tree's weights that is added.", in_range(0, 1))
    gamma = float_param("gamma", "The least fall of the loss that a split must bring.", gt_eq(0))
    max_depth = int_param("max_depth", "The greatest depth of a tree; 0 means no limit.", gt_eq(0))
    min_child_weight = float_param("min_child_weight", "The least sum of the rows' weights in a leaf.", gt_eq(0))
    max_delta_step = float_param("max_delta_step", "The greatest weight of a leaf; 0 means no limit.", gt_eq(0))
    subsample = float_param("subsample", "The share of the rows that a tree is grown on.", in_range(0, 1, False, True))
    colsample_bytree = float_param("colsample_bytree", "The share of the columns that a tree is grown on.", in_range(0, 1, False, True))
    colsample_bylevel = float_param("colsample_bylevel", "The share of a tree's columns for each of its levels.",
                                    in_range(0, 1, False, True))
    lambda_weights = float_param("lambda_weights", "The L2 regularization of weights.", wire_name="lambda")
    alpha = float_param("alpha", "The L1 regularization of weights.")
    tree_method = text_param("tree_method", "How splits are looked for.", one_of("auto", "exact", "approx", "hist"))
    sketch_eps = float_param("sketch_eps", "The width of approx's bins. XGBoost has max_bin instead.", in_range(0, 1, False, False))
    scale_pos_weight = float_param("scale_pos_weight", "The weight of positive rows beside negative ones.")
    updater = text_param("updater", "The steps that grow and change trees, separated by commas.")
    refresh_leaf = int_param("refresh_leaf", "Whether the updater refresh changes leaves, too.", one_of(0, 1))
    process_type = text_param("process_type", "Whether new trees are grown or old ones changed.", one_of("default", "update"))
    grow_policy = text_param("grow_policy", "Where a tree grows first.", one_of("depthwise", "lossguide"))
    max_leaves = int_param("max_leaves", "The most leaves of a tree; 0 means no limit.", gt_eq(0))
    max_bin = int_param("max_bin", "The most bins of a column.", gt_eq(1))
    sample_type = text_param("sample_type", "How dart chooses trees to drop.", one_of("uniform", "weighted"))
    normalize_type = text_param("normalize_type", "What a new tree of dart weighs.", one_of("tree", "forest"))
    rate_drop = float_param("rate_drop", "The share of trees that dart drops.", in_range(0, 1))
    one_drop = int_param("one_drop", "Whether dart drops one tree at least.", one_of(0, 1))
    skip_drop = float_param("skip_drop", "How likely a round of dart drops no tree.", in_range(0, 1))
    lambda_bias = float_param("lambda_bias", "The L2 regularization of gblinear's bias. XGBoost has none any more.", in_range(0, 1))
    tweedie_variance_power = float_param("tweedie_variance_power", "The variance of the Tweedie distribution.",
                                         in_range(1, 2, False, False))
    objective = text_param("objective", "What is learned.", one_of(*_OBJECTIVES))
    num_class = int_param("num_class", "The number of classes.", gt_eq(1))
    base_score = float_param("base_score", "The prediction that boosting starts from.")
    eval_metric = text_param("eval_metric", "The metrics that score each round, separated by commas.", _METRICS_RANGE)
    seed = int_param("seed", "Where random numbers start.")
    num_round = int_param("num_round", "The number of rounds of boosting.", gt_eq(1))

    setBooster, getBooster = accessors(booster)
    setSilent, getSilent = accessors(silent)
    setNThread, getNThread = accessors(nthread)
    setEta, getEta = accessors(eta)
    setGamma, getGamma = accessors(gamma)
    setMaxDepth, getMaxDepth = accessors(max_depth)
    setMinChildWeight, getMinChildWeight = accessors(min_child_weight)
    setMaxDeltaStep, getMaxDeltaStep = accessors(max_delta_step)
    setSubsample, getSubsample = accessors(subsample)
    setColSampleByTree, getColSampleByTree = accessors(colsample_bytree)
    setColSampleByLevel, getColSampleByLevel = accessors(colsample_bylevel)
    setLambda, getLambda = accessors(lambda_weights)
    setAlpha, getAlpha = accessors(alpha)
    setTreeMethod, getTreeMethod = accessors(tree_method)
    setSketchEps, getSketchEps = accessors(sketch_eps)
    setScalePosWeight, getScalePosWeight = accessors(scale_pos_weight)
    setUpdater, getUpdater = accessors(updater)
    setRefreshLeaf, getRefreshLeaf = accessors(refresh_leaf)
    setProcessType, getProcessType = accessors(process_type)
    setGrowPolicy, getGrowPolicy = accessors(grow_policy)
    setMaxLeaves, getMaxLeaves = accessors(max_leaves)
    setMaxBin, getMaxBin = accessors(max_bin)
    setSampleType, getSampleType = accessors(sample_type)
    setNormalizeType, getNormalizeType = accessors(normalize_type)
    setRateDrop, getRateDrop = accessors(rate_drop)
    setOneDrop, getOneDrop = accessors(one_drop)
    setSkipDrop, getSkipDrop = accessors(skip_drop)
    setLambdaBias, getLambdaBias = accessors(lambda_bias)
    setTweedieVariancePower, getTweedieVariancePower = accessors(tweedie_variance_power)
    setObjective, getObjective = accessors(objective)
    setNumClasses, getNumClasses = accessors(num_class)
    setBaseScore, getBaseScore = accessors(base_score)
    setEvalMetric, getEvalMetric = accessors(eval_metric)
    setSeed, getSeed = accessors(seed)
    setNumRound, getNumRound = accessors(num_round)

    def _complete(self, options: dict) -> None:
        has_serializer = options["requestRowSerializer"] is not None
        super()._complete(options)
        content_type = _CONTENT_TYPES.get(options["trainingSparkDataFormat"])
        if content_type is None:
            return
        options["trainingContentType"] = options["trainingContentType"] or content_type
        if not has_serializer:
            features = (options["trainingSparkDataFormatOptions"] or {}).get("featuresColumnName", "features")
            options["requestRowSerializer"] = UnlabeledCSVRequestRowSerializer(featuresColumnName=features)

    def _names_of_required_params(self):
        is_multi = self.isDefined(self.objective) and self.getObjective().startswith("multi:")
        return ("num_round", "num_class") if is_multi else ("num_round",)
