#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sagespark/codec/request_row_serializer.h"
#include "sagespark/codec/response_row_deserializer.h"
#include "sagespark/sagemaker/shared_handle.h"

namespace sagespark::sagemaker {

/// Turns rows into request bodies; derive from codec::RequestRowSerializer for a format of your own.
using RequestRowSerializer = SharedHandle<codec::RequestRowSerializer>;

/// Turns reply bodies into columns; derive from codec::ResponseRowDeserializer for a format of your own.
using ResponseRowDeserializer = SharedHandle<codec::ResponseRowDeserializer>;

/// Amazon Records in RecordIO: what k-means and its kin take.
struct ProtobufRequestRowSerializer {
  std::string featuresColumnName = "features";
  operator std::shared_ptr<const codec::RequestRowSerializer>() const;  // NOLINT
};

/// LibSVM lines with labels: what XGBoost takes.
struct LibSVMRequestRowSerializer {
  std::string labelColumnName = "label";
  std::string featuresColumnName = "features";
  operator std::shared_ptr<const codec::RequestRowSerializer>() const;  // NOLINT
};

/// LibSVM lines with 0 for the label.
struct UnlabeledLibSVMRequestRowSerializer {
  std::string featuresColumnName = "features";
  operator std::shared_ptr<const codec::RequestRowSerializer>() const;  // NOLINT
};

/// Lines of comma-separated numbers.
struct UnlabeledCSVRequestRowSerializer {
  std::string featuresColumnName = "features";
  operator std::shared_ptr<const codec::RequestRowSerializer>() const;  // NOLINT
};

/// The answers of k-means, two columns of doubles.
struct KMeansProtobufResponseRowDeserializer {
  std::string distanceToClusterColumnName = "distance_to_cluster";
  std::string closestClusterColumnName = "closest_cluster";
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

/// The answers of LDA, a column of vectors.
struct LDAProtobufResponseRowDeserializer {
  std::string projectionColumnName = "topic_mixture";
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

/// XGBoost's answers, a column of doubles: one number a line, or all with commas between.
struct XGBoostCSVRowDeserializer {
  std::string predictionColumnName = "prediction";
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

/// Its other name.
using XGBoostCSVResponseRowDeserializer = XGBoostCSVRowDeserializer;

/// XGBoost's answers of several numbers a row, as with multi:softprob: a column of vectors. Beyond SageMaker Spark's.
struct XGBoostCSVVectorRowDeserializer {
  std::string predictionColumnName = "prediction";
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

/// The answers of linear learner's binary classifier: the score and the label, 0 or 1, doubles both.
struct LinearLearnerBinaryClassifierProtobufResponseRowDeserializer {
  std::string scoreColumnName = "score";
  std::string predictedLabelColumnName = "predicted_label";
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

/// The answers of linear learner's multiclass classifier: a vector of scores, one a class, and the class, a double.
struct LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer {
  std::string scoreColumnName = "score";
  std::string predictedLabelColumnName = "predicted_label";
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

/// The answers of linear learner's regressor, a column of doubles.
struct LinearLearnerRegressorProtobufResponseRowDeserializer {
  std::string scoreColumnName = "score";
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

/// The answers of factorization machines that classify, two columns of doubles.
struct FactorizationMachinesBinaryClassifierDeserializer {
  std::string scoreColumnName = "score";
  std::string predictedLabelColumnName = "predicted_label";
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

/// The answers of factorization machines that predict numbers, a column of doubles.
struct FactorizationMachinesRegressorDeserializer {
  std::string scoreColumnName = "score";
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

/// The answers of PCA, a column of vectors, of one component too.
struct PCAProtobufResponseRowDeserializer {
  std::string projectionColumnName = "projection";
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

/// Any Amazon Records: one column for each field of `schema`, read from the label of the same name, or of that in `protobufKeys`.
struct ProtobufResponseRowDeserializer {
  data::Schema schema;
  std::vector<std::string> protobufKeys = {};
  operator std::shared_ptr<const codec::ResponseRowDeserializer>() const;  // NOLINT
};

}  // namespace sagespark::sagemaker
