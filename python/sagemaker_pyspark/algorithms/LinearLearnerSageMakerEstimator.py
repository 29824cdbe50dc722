"""Amazon SageMaker's linear learner."""
from pyspark.ml.param import Params

from .._params import (
    accessors, flag_accessors, flag_param, float_param, gt, gt_eq, in_range, int_param, name_accessors, one_of, text_param,
    word_or_number_param)
from ..transformation.deserializers import (
    LinearLearnerBinaryClassifierProtobufResponseRowDeserializer, LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer,
    LinearLearnerRegressorProtobufResponseRowDeserializer)
from ._base import AlgorithmEstimator

_LOSSES = ("logistic", "squared_loss", "absolute_loss", "hinge_loss", "eps_insensitive_squared_loss", "eps_insensitive_absolute_loss",
           "quantile_loss", "huber_loss", "softmax_loss", "auto")


@name_accessors
class LinearLearnerParams(Params):
    """The parameters that the three estimators share. What is not set, the algorithm decides, but for mini_batch_size: 1000."""

    predictor_type = text_param("predictor_type", "What the model answers.",
                                one_of("binary_classifier", "multiclass_classifier", "regressor"))
    feature_dim = int_param("feature_dim", "The length of the vectors.", gt(0))
    mini_batch_size = int_param("mini_batch_size", "The number of rows in a mini-batch.", gt(0))
    epochs = int_param("epochs", "The most passes over the training data.", gt(0))
    use_bias = flag_param("use_bias", "Whether the models have a bias.")
    num_models = word_or_number_param("num_models", "The number of models trained side by side.", "auto")
    num_calibration_samples = int_param("num_calibration_samples", "The number of rows that thresholds are chosen on.", gt(0))
    init_method = text_param("init_method", "How weights start.", one_of("uniform", "normal"))
    init_scale = float_param("init_scale", "Weights start in [-init_scale, init_scale], when uniform.", gt(0))
    init_sigma = float_param("init_sigma", "The standard deviation of weights at the start, when normal.", gt(0))
    init_bias = float_param("init_bias", "The bias at the start.")
    optimizer = text_param("optimizer", "The optimizer.", one_of("sgd", "adam", "rmsprop", "auto"))
    loss = text_param("loss", "The loss that training makes small.", one_of(*_LOSSES))
    wd = float_param("wd", "The weight of the squares of the weights.", gt_eq(0))
    l1 = float_param("l1", "The weight of the sizes of the weights.", gt_eq(0))
    momentum = float_param("momentum", "The momentum of sgd.", in_range(0, 1, True, False))
    learning_rate = word_or_number_param("learning_rate", "The learning rate.", "auto")
    beta_1 = float_param("beta_1", "How slowly adam forgets gradients.", in_range(0, 1, True, False))
    beta_2 = float_param("beta_2", "How slowly adam and rmsprop forget squares of gradients.", in_range(0, 1, True, False))
    bias_lr_mult = float_param("bias_lr_mult", "The bias learns at so many times the rate.", gt(0))
    bias_wd_mult = float_param("bias_wd_mult", "The bias decays at so many times wd.", gt_eq(0))
    use_lr_scheduler = flag_param("use_lr_scheduler", "Whether learning rates fall.")
    lr_scheduler_step = int_param("lr_scheduler_step", "The number of updates between two cuts of the learning rate.", gt(0))
    lr_scheduler_factor = float_param("lr_scheduler_factor", "The factor of a cut of the learning rate.", in_range(0, 1, False, False))
    lr_scheduler_minimum_lr = float_param("lr_scheduler_minimum_lr", "The smallest learning rate.", gt(0))
    normalize_data = flag_param("normalize_data", "Whether features are scaled by their standard deviations.")
    normalize_label = flag_param("normalize_label", "Whether a regressor's label is scaled by its standard deviation.")
    unbias_data = flag_param("unbias_data", "Whether features are shifted by their means.")
    unbias_label = flag_param("unbias_label", "Whether a regressor's label is shifted by its mean.")
    num_point_for_scaler = int_param("num_point_for_scaler", "The number of rows that means and standard deviations are learned from.",
                                     gt(0))
    early_stopping_patience = int_param("early_stopping_patience", "Training ends after so many epochs without gain.", gt(0))
    early_stopping_tolerance = float_param("early_stopping_tolerance", "A gain below this part of the loss is none.", gt(0))
    margin = float_param("margin", "The margin of the hinge losses.", gt(0))
    quantile = float_param("quantile", "The quantile of the quantile loss.", in_range(0, 1, False, False))
    loss_insensitivity = float_param("loss_insensitivity", "Errors up to this are none to the eps_insensitive losses.", gt(0))
    huber_delta = float_param("huber_delta", "Where the Huber loss goes over from squares to sizes.", gt(0))
    f_beta = float_param("f_beta", "The weight of recall against precision in F scores.", gt(0))

    getPredictorType = accessors(predictor_type)[1]
    setFeatureDim, getFeatureDim = accessors(feature_dim)
    setMiniBatchSize, getMiniBatchSize = accessors(mini_batch_size)
    setEpochs, getEpochs = accessors(epochs)
    setUseBias, getUseBias = flag_accessors(use_bias)
    setNumModels, getNumModels = accessors(num_models)
    setNumCalibrationSamples, getNumCalibrationSamples = accessors(num_calibration_samples)
    setInitMethod, getInitMethod = accessors(init_method)
    setInitScale, getInitScale = accessors(init_scale)
    setInitSigma, getInitSigma = accessors(init_sigma)
    setInitBias, getInitBias = accessors(init_bias)
    setOptimizer, getOptimizer = accessors(optimizer)
    setLoss, getLoss = accessors(loss)
    setWd, getWd = accessors(wd)
    setL1, getL1 = accessors(l1)
    setMomentum, getMomentum = accessors(momentum)
    setLearningRate, getLearningRate = accessors(learning_rate)
    setBeta1, getBeta1 = accessors(beta_1)
    setBeta2, getBeta2 = accessors(beta_2)
    setBiasLrMult, getBiasLrMult = accessors(bias_lr_mult)
    setBiasWdMult, getBiasWdMult = accessors(bias_wd_mult)
    setUseLrScheduler, getUseLrScheduler = flag_accessors(use_lr_scheduler)
    setLrSchedulerStep, getLrSchedulerStep = accessors(lr_scheduler_step)
    setLrSchedulerFactor, getLrSchedulerFactor = accessors(lr_scheduler_factor)
    setLrSchedulerMinimumLr, getLrSchedulerMinimumLr = accessors(lr_scheduler_minimum_lr)
    setNormalizeData, getNormalizeData = flag_accessors(normalize_data)
    setNormalizeLabel, getNormalizeLabel = flag_accessors(normalize_label)
    setUnbiasData, getUnbiasData = flag_accessors(unbias_data)
    setUnbiasLabel, getUnbiasLabel = flag_accessors(unbias_label)
    setNumPointForScaler, getNumPointForScaler = accessors(num_point_for_scaler)
    setEarlyStoppingPatience, getEarlyStoppingPatience = accessors(early_stopping_patience)
    setEarlyStoppingTolerance, getEarlyStoppingTolerance = accessors(early_stopping_tolerance)
    setMargin, getMargin = accessors(margin)
    setQuantile, getQuantile = accessors(quantile)
    setLossInsensitivity, getLossInsensitivity = accessors(loss_insensitivity)
    setHuberDelta, getHuberDelta = accessors(huber_delta)
    setFBeta, getFBeta = accessors(f_beta)


class LinearLearnerBinaryClassifier(AlgorithmEstimator, LinearLearnerParams):
    """Tells two classes apart by Amazon SageMaker's linear learner.

    Trains on a column of vectors, "features", and a column of doubles, "label", 0 and 1. The model appends the columns score and
    predicted_label, doubles both.

    Arguments of the constructor: see AlgorithmEstimator. Source: "Linear Learner Hyperparameters", Amazon SageMaker guide.
    """

    _algorithm = "linear-learner"
    _deserializer = LinearLearnerBinaryClassifierProtobufResponseRowDeserializer
    _defaults = {"mini_batch_size": 1000, "predictor_type": "binary_classifier"}

    binary_classifier_model_selection_criteria = text_param(
        "binary_classifier_model_selection_criteria", "What model and threshold are chosen by.",
        one_of("accuracy", "f1", "f_beta", "precision_at_target_recall", "recall_at_target_precision", "cross_entropy_loss",
               "loss_function"))
    target_recall = float_param("target_recall", "The recall to reach, for precision_at_target_recall.", in_range(0, 1, False, False))
    target_precision = float_param("target_precision", "The precision to reach, for recall_at_target_precision.",
                                   in_range(0, 1, False, False))
    positive_example_weight_mult = word_or_number_param("positive_example_weight_mult",
                                                        "The weight of positive rows against negative ones.", "auto", "balanced")

    setBinaryClassifierModelSelectionCriteria, getBinaryClassifierModelSelectionCriteria = accessors(binary_classifier_model_selection_criteria)
    setTargetRecall, getTargetRecall = accessors(target_recall)
    setTargetPrecision, getTargetPrecision = accessors(target_precision)
    setPositiveExampleWeightMult, getPositiveExampleWeightMult = accessors(positive_example_weight_mult)


class LinearLearnerMultiClassClassifier(AlgorithmEstimator, LinearLearnerParams):
    """Tells several classes apart by Amazon SageMaker's linear learner.

    Trains on a column of vectors, "features", and a column of doubles, "label", 0 to num_classes - 1. The model appends score, a vector with
    a number a class, and predicted_label, a double. `num_classes` must be set before fit.

    Arguments of the constructor: see AlgorithmEstimator. Source: "Linear Learner Hyperparameters", Amazon SageMaker guide.
    """

    _algorithm = "linear-learner"
    _deserializer = LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer
    _defaults = {"mini_batch_size": 1000, "predictor_type": "multiclass_classifier"}
    _required_params = ("num_classes",)

    num_classes = int_param("num_classes", "The number of classes.", in_range(3, 1000000))
    accuracy_top_k = int_param("accuracy_top_k", "The k of the top k accuracy.", gt(0))
    balance_multiclass_weights = flag_param("balance_multiclass_weights",
                                            "Whether classes weigh the same, whatever their numbers of rows.")

    setNumClasses, getNumClasses = accessors(num_classes)
    setAccuracyTopK, getAccuracyTopK = accessors(accuracy_top_k)
    setBalanceMultiClassWeights, getBalanceMultiClassWeights = flag_accessors(balance_multiclass_weights)


class LinearLearnerRegressor(AlgorithmEstimator, LinearLearnerParams):
    """Predicts numbers by Amazon SageMaker's linear learner.

    Trains on a column of vectors, "features", and a column of doubles, "label". The model appends the column score, a double.

    Arguments of the constructor: see AlgorithmEstimator. Source: "Linear Learner Hyperparameters", Amazon SageMaker guide.
    """

    _algorithm = "linear-learner"
    _deserializer = LinearLearnerRegressorProtobufResponseRowDeserializer
    _defaults = {"mini_batch_size": 1000, "predictor_type": "regressor"}
