"""Amazon SageMaker's k-means."""
from .._params import accessors, float_param, gt, gt_eq, in_range, int_param, list_of, one_of, text_param, word_or_number_param
from ..transformation.deserializers import KMeansProtobufResponseRowDeserializer
from ._base import AlgorithmEstimator

_METRICS = ("msd", "ssd")


class KMeansSageMakerEstimator(AlgorithmEstimator):
    """Clusters rows by Amazon SageMaker's k-means.

    Trains on a column of vectors, "features", and ignores a column of doubles, "label", if there is one. The model appends the columns
    distance_to_cluster (the Euclidean distance to the nearest center) and closest_cluster (its number), doubles both.

    A setter raises InvalidArgument, naming parameter, value and range, when the value is outside it. `k` and `feature_dim` must be set
    before fit. What is not set, the algorithm decides, but for mini_batch_size: 5000.

    Arguments of the constructor: see AlgorithmEstimator. Source: "K-Means Hyperparameters", Amazon SageMaker guide.
    """

    _algorithm = "kmeans"
    _deserializer = KMeansProtobufResponseRowDeserializer
    _validation_channel = "test"
    _defaults = {"mini_batch_size": 5000}
    _required_params = ("k", "feature_dim")

    k = int_param("k", "The number of clusters.", gt_eq(2))
    init_method = text_param("init_method", "How the first centers are chosen.", one_of("random", "kmeans++"))
    local_lloyd_max_iter = int_param("local_lloyd_max_iter", "The most iterations of Lloyd's algorithm on the weighted centers.",
                                     gt_eq(1))
    local_lloyd_tol = float_param("local_lloyd_tol", "Lloyd's algorithm ends when its objective falls by less than this part.",
                                  in_range(0, 1))
    local_lloyd_num_trials = word_or_number_param("local_lloyd_num_trials",
                                                  "How often Lloyd's algorithm is run; the best result is taken.", "auto")
    local_lloyd_init_method = text_param("local_lloyd_init_method", "How Lloyd's algorithm chooses its first centers.",
                                         one_of("random", "kmeans++"))
    half_life_time_size = int_param("half_life_time_size", "After so many further rows, a row counts half; 0 means no decay.", gt_eq(0))
    epochs = int_param("epochs", "The number of passes over the training data.", gt_eq(1))
    extra_center_factor = word_or_number_param("extra_center_factor", "So many times k centers are kept while training.", "auto")
    mini_batch_size = int_param("mini_batch_size", "The number of rows in a mini-batch.", gt(0))
    feature_dim = int_param("feature_dim", "The length of the vectors.", gt(0))
    eval_metrics = text_param("eval_metrics", "The metrics that score the model: mean (msd) or sum (ssd) of squared distances.",
                              list_of(lambda word: word in _METRICS, _METRICS))

    setK, getK = accessors(k)
    setInitMethod, getInitMethod = accessors(init_method)
    setMaxIter, getMaxIter = accessors(local_lloyd_max_iter)
    setTol, getTol = accessors(local_lloyd_tol)
    setTrialNum, getTrialNum = accessors(local_lloyd_num_trials)
    setLocalInitMethod, getLocalInitMethod = accessors(local_lloyd_init_method)
    setHalflifeTime, getHalflifeTime = accessors(half_life_time_size)
    setEpochs, getEpochs = accessors(epochs)
    setCenterFactor, getCenterFactor = accessors(extra_center_factor)
    setMiniBatchSize, getMiniBatchSize = accessors(mini_batch_size)
    setFeatureDim, getFeatureDim = accessors(feature_dim)
    #: Taken and given without brackets, as "msd,ssd"; they travel in them.
    setEvalMetrics, getEvalMetrics = accessors(eval_metrics, read=lambda text: text.strip("[]"),
                                                write=lambda text: f"[{text.strip('[]')}]")
