"""Amazon SageMaker's factorization machines."""
from pyspark.ml.param import Params

from .._params import accessors, float_param, gt, gt_eq, int_param, name_accessors, one_of, text_param
from ..transformation.deserializers import FactorizationMachinesBinaryClassifierDeserializer, FactorizationMachinesRegressorDeserializer
from ._base import AlgorithmEstimator


@name_accessors
class FactorizationMachinesParams(Params):
    """The parameters that both estimators share. What is not set, the algorithm decides."""

    predictor_type = text_param("predictor_type", "What the labels are.", one_of("binary_classifier", "regressor"))
    feature_dim = int_param("feature_dim", "The length of the vectors.", gt(0))
    num_factors = int_param("num_factors", "The number of factors of each feature.", gt(0))
    mini_batch_size = int_param("mini_batch_size", "The number of rows in a mini-batch.", gt(0))
    epochs = int_param("epochs", "The number of passes over the training data.", gt(0))
    clip_gradient = float_param("clip_gradient", "Gradients are cut to [-clip_gradient, clip_gradient].")
    eps = float_param("eps", "What the optimizer adds to its denominator.")
    rescale_grad = float_param("rescale_grad", "The factor of a mini-batch's gradient.")
    bias_lr = float_param("bias_lr", "The learning rate of the bias.", gt_eq(0))
    linear_lr = float_param("linear_lr", "The learning rate of the linear weights.", gt_eq(0))
    factors_lr = float_param("factors_lr", "The learning rate of the factors.", gt_eq(0))
    bias_wd = float_param("bias_wd", "The weight decay of the bias.", gt_eq(0))
    linear_wd = float_param("linear_wd", "The weight decay of the linear weights.", gt_eq(0))
    factors_wd = float_param("factors_wd", "The weight decay of the factors.", gt_eq(0))
    bias_init_method = text_param("bias_init_method", "How the bias starts.", one_of("normal", "uniform", "constant"))
    bias_init_scale = float_param("bias_init_scale", "Uniform starts of the bias lie in [-scale, scale].", gt_eq(0))
    bias_init_sigma = float_param("bias_init_sigma", "The standard deviation of normal starts of the bias.", gt_eq(0))
    bias_init_value = float_param("bias_init_value", "The constant start of the bias.")
    linear_init_method = text_param("linear_init_method", "How the linear weights start.", one_of("normal", "uniform", "constant"))
    linear_init_scale = float_param("linear_init_scale", "Uniform starts of the linear weights lie in [-scale, scale].", gt_eq(0))
    linear_init_sigma = float_param("linear_init_sigma", "The standard deviation of normal starts of the linear weights.", gt_eq(0))
    linear_init_value = float_param("linear_init_value", "The constant start of the linear weights.")
    factors_init_method = text_param("factors_init_method", "How the factors start.", one_of("normal", "uniform", "constant"))
    factors_init_scale = float_param("factors_init_scale", "Uniform starts of the factors lie in [-scale, scale].", gt_eq(0))
    factors_init_sigma = float_param("factors_init_sigma", "The standard deviation of normal starts of the factors.", gt_eq(0))
    factors_init_value = float_param("factors_init_value", "The constant start of the factors.")

    getPredictorType = accessors(predictor_type)[1]
    setFeatureDim, getFeatureDim = accessors(feature_dim)
    setNumFactors, getNumFactors = accessors(num_factors)
    setMiniBatchSize, getMiniBatchSize = accessors(mini_batch_size)
    setEpochs, getEpochs = accessors(epochs)
    setClipGradient, getClipGradient = accessors(clip_gradient)
    setEps, getEps = accessors(eps)
    setRescaleGrad, getRescaleGrad = accessors(rescale_grad)
    setBiasLr, getBiasLr = accessors(bias_lr)
    setLinearLr, getLinearLr = accessors(linear_lr)
    setFactorsLr, getFactorsLr = accessors(factors_lr)
    setBiasWd, getBiasWd = accessors(bias_wd)
    setLinearWd, getLinearWd = accessors(linear_wd)
    setFactorsWd, getFactorsWd = accessors(factors_wd)
    setBiasInitMethod, getBiasInitMethod = accessors(bias_init_method)
    setBiasInitScale, getBiasInitScale = accessors(bias_init_scale)
    setBiasInitSigma, getBiasInitSigma = accessors(bias_init_sigma)
    setBiasInitValue, getBiasInitValue = accessors(bias_init_value)
    setLinearInitMethod, getLinearInitMethod = accessors(linear_init_method)
    setLinearInitScale, getLinearInitScale = accessors(linear_init_scale)
    setLinearInitSigma, getLinearInitSigma = accessors(linear_init_sigma)
    setLinearInitValue, getLinearInitValue = accessors(linear_init_value)
    setFactorsInitMethod, getFactorsInitMethod = accessors(factors_init_method)
    setFactorsInitScale, getFactorsInitScale = accessors(factors_init_scale)
    setFactorsInitSigma, getFactorsInitSigma = accessors(factors_init_sigma)
    setFactorsInitValue, getFactorsInitValue = accessors(factors_init_value)


class FactorizationMachinesBinaryClassifier(AlgorithmEstimator, FactorizationMachinesParams):
    """Tells two classes of rows apart, most of whose features are zero, by Amazon SageMaker's factorization machines.

    Trains on a column of vectors, "features", and one of doubles, "label", 0 or 1. The model appends the columns score (the probability of
    1) and predicted_label (1 if score is at least 0.5), doubles both. `feature_dim` and `num_factors` must be set before fit.

    Arguments of the constructor: see AlgorithmEstimator. Source: "Factorization Machines Hyperparameters", Amazon SageMaker guide.
    """

    _algorithm = "factorization-machines"
    _deserializer = FactorizationMachinesBinaryClassifierDeserializer
    _defaults = {"predictor_type": "binary_classifier"}
    _required_params = ("feature_dim", "num_factors")


class FactorizationMachinesRegressor(AlgorithmEstimator, FactorizationMachinesParams):
    """Predicts numbers from rows, most of whose features are zero, by Amazon SageMaker's factorization machines.

    Trains on a column of vectors, "features", and one of doubles, "label". The model appends the column score, doubles. `feature_dim` and
    `num_factors` must be set before fit.

    Arguments of the constructor: see AlgorithmEstimator. Source: "Factorization Machines Hyperparameters", Amazon SageMaker guide.
    """

    _algorithm = "factorization-machines"
    _deserializer = FactorizationMachinesRegressorDeserializer
    _defaults = {"predictor_type": "regressor"}
    _required_params = ("feature_dim", "num_factors")
