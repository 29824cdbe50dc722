#pragma once

#include "sagespark/codec/protobuf_response_row_deserializer.h"

namespace sagespark::codec {

/// The principal components of a row: a column of vectors, of one component too.
class PCAProtobufResponseRowDeserializer final : public ProtobufResponseRowDeserializer {
 public:
  explicit PCAProtobufResponseRowDeserializer(std::string projection_column = "projection");
};

/// A document's share of each topic: a column of vectors.
class LDAProtobufResponseRowDeserializer final : public ProtobufResponseRowDeserializer {
 public:
  explicit LDAProtobufResponseRowDeserializer(std::string projection_column = "topic_mixture");
};

/// Two columns of doubles: the score and the class, 0 or 1.
class LinearLearnerBinaryClassifierProtobufResponseRowDeserializer final : public ProtobufResponseRowDeserializer {
 public:
  explicit LinearLearnerBinaryClassifierProtobufResponseRowDeserializer(
      std::string score_column = "score", std::string predicted_label_column = "predicted_label");
};

/// A column of vectors, one score a class, and a column of doubles, the class.
class LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer final : public ProtobufResponseRowDeserializer {
 public:
  explicit LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer(
      std::string score_column = "score", std::string predicted_label_column = "predicted_label");
};

/// A column of doubles.
class LinearLearnerRegressorProtobufResponseRowDeserializer final : public ProtobufResponseRowDeserializer {
 public:
  explicit LinearLearnerRegressorProtobufResponseRowDeserializer(std::string score_column = "score");
};

/// Two columns of doubles: the score and the class, 0 or 1.
class FactorizationMachinesBinaryClassifierDeserializer final : public ProtobufResponseRowDeserializer {
 public:
  explicit FactorizationMachinesBinaryClassifierDeserializer(std::string score_column = "score",
                                                             std::string predicted_label_column = "predicted_label");
};

/// A column of doubles.
class FactorizationMachinesRegressorDeserializer final : public ProtobufResponseRowDeserializer {
 public:
  explicit FactorizationMachinesRegressorDeserializer(std::string score_column = "score");
};

/// Reads XGBoost's answers, text/csv: a column of doubles. The numbers stand one a line (newer images) or all in one
/// line with commas between (older ones).
class XGBoostCSVRowDeserializer final : public ResponseRowDeserializer {
 public:
  explicit XGBoostCSVRowDeserializer(std::string prediction_column = "prediction");

  std::string accept() const override { return "text/csv"; }
  std::vector<data::Field> fields() const override { return schema_->fields(); }
  Result<data::Batch> Deserialize(std::string_view response, int64_t expected_rows) const override;

 private:
  std::shared_ptr<const data::Schema> schema_;
};

/// Reads XGBoost's answers of several numbers a row, those of multi:softprob, text/csv: a column of vectors, of one number too. The
/// numbers of a row stand in one line with commas between (newer images), or those of all rows do (older ones).
class XGBoostCSVVectorRowDeserializer final : public ResponseRowDeserializer {
 public:
  explicit XGBoostCSVVectorRowDeserializer(std::string prediction_column = "prediction");

  std::string accept() const override { return "text/csv"; }
  std::vector<data::Field> fields() const override { return schema_->fields(); }
  Result<data::Batch> Deserialize(std::string_view response, int64_t expected_rows) const override;

 private:
  std::shared_ptr<const data::Schema> schema_;
};

}  // namespace sagespark::codec
