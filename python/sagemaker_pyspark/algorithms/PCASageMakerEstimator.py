"""Amazon SageMaker's principal component analysis."""
from .._params import accessors, flag_accessors, flag_param, gt, int_param, one_of, text_param
from ..transformation.deserializers import PCAProtobufResponseRowDeserializer
from ._base import AlgorithmEstimator


class PCASageMakerEstimator(AlgorithmEstimator):
    """Projects rows on the directions of their largest variance by Amazon SageMaker's PCA.

    Trains on a column of vectors, "features". The model appends the column projection, a vector of num_components numbers. `num_components`
    and `feature_dim` must be set before fit. What is not set, the algorithm decides, but for mini_batch_size: 1000.

    Arguments of the constructor: see AlgorithmEstimator. Source: "PCA Hyperparameters", Amazon SageMaker guide.
    """

    _algorithm = "pca"
    _deserializer = PCAProtobufResponseRowDeserializer
    _defaults = {"mini_batch_size": 1000}
    _required_params = ("num_components", "feature_dim")

    num_components = int_param("num_components", "The number of principal components.", gt(0))
    algorithm_mode = text_param("algorithm_mode", "How the components are found.", one_of("regular", "stable", "randomized"))
    subtract_mean = flag_param("subtract_mean", "Whether the mean is subtracted from the vectors.")
    extra_components = int_param("extra_components",
                                 "More rows of the randomized factor, for precision; -1 for the larger of 10 and num_components.")
    mini_batch_size = int_param("mini_batch_size", "The number of rows in a mini-batch.", gt(0))
    feature_dim = int_param("feature_dim", "The length of the vectors.", gt(0))

    setNumComponents, getNumComponents = accessors(num_components)
    setAlgorithmMode, getAlgorithmMode = accessors(algorithm_mode)
    setSubtractMean, getSubtractMean = flag_accessors(subtract_mean)
    setExtraComponents, getExtraComponents = accessors(extra_components)
    setMiniBatchSize, getMiniBatchSize = accessors(mini_batch_size)
    setFeatureDim, getFeatureDim = accessors(feature_dim)
