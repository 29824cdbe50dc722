"""Amazon SageMaker's latent Dirichlet allocation."""
from .._params import accessors, float_param, gt, gt_eq, int_param
from ..errors import InvalidArgument
from ..transformation.deserializers import LDAProtobufResponseRowDeserializer
from ._base import AlgorithmEstimator


class LDASageMakerEstimator(AlgorithmEstimator):
    """Finds topics in documents by Amazon SageMaker's LDA.

    Trains on a column of vectors, "features": how often each word of the vocabulary is in the document. The model appends the column
    topic_mixture, a vector of num_topics shares. `num_topics`, `feature_dim` (the size of the vocabulary) and `mini_batch_size` (the number of
    documents) must be set before fit. LDA trains on one instance.

    Arguments of the constructor: see AlgorithmEstimator. Source: "LDA Hyperparameters", Amazon SageMaker guide.
    """

    _algorithm = "lda"
    _deserializer = LDAProtobufResponseRowDeserializer
    _required_params = ("num_topics", "feature_dim", "mini_batch_size")

    num_topics = int_param("num_topics", "The number of topics.", gt_eq(1))
    alpha0 = float_param("alpha0", "The sum of the Dirichlet weights: small for documents of few topics.", gt(0))
    max_restarts = int_param("max_restarts", "How often alternating least squares is run; the best result is taken.", gt_eq(1))
    max_iterations = int_param("max_iterations", "The most iterations of alternating least squares.", gt_eq(1))
    tol = float_param("tol", "Alternating least squares ends when its error changes by less.", gt(0))
    mini_batch_size = int_param("mini_batch_size", "The number of documents.", gt(0))
    feature_dim = int_param("feature_dim", "The number of words in the vocabulary.", gt(0))

    setNumTopics, getNumTopics = accessors(num_topics)
    setAlpha0, getAlpha0 = accessors(alpha0)
    setMaxRestarts, getMaxRestarts = accessors(max_restarts)
    setMaxIterations, getMaxIterations = accessors(max_iterations)
    setTol, getTol = accessors(tol)
    setMiniBatchSize, getMiniBatchSize = accessors(mini_batch_size)
    setFeatureDim, getFeatureDim = accessors(feature_dim)

    def _complete(self, options: dict) -> None:
        super()._complete(options)
        if options["trainingInstanceCount"] > 1:
            raise InvalidArgument(f"LDA trains on one instance: trainingInstanceCount = {options['trainingInstanceCount']}")
