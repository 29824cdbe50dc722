#pragma once

#include "sagespark/codec/response_row_deserializer.h"

namespace sagespark::codec {

/// Reads RecordIO frames of `aialgs.data.Record` and takes columns from their label map.
///
/// A column's type follows its field, never the number of values: double, float, long, integer ... take tensors of
/// one number, vector takes all of them (dense; sparse where the tensor has keys), string one bytes value.
/// float32 numbers are widened. A record without a column's key fails with kCorruptData, naming key and row.
class ProtobufResponseRowDeserializer : public ResponseRowDeserializer {
 public:
  /// `keys`: the name in the label map of each field; empty means the fields' own names.
  explicit ProtobufResponseRowDeserializer(std::vector<data::Field> fields, std::vector<std::string> keys = {});

  const std::vector<std::string>& keys() const { return keys_; }
  std::string accept() const override { return "application/x-recordio-protobuf"; }
  std::vector<data::Field> fields() const override { return schema_->fields(); }
  Result<data::Batch> Deserialize(std::string_view response, int64_t expected_rows) const override;

 private:
  std::shared_ptr<const data::Schema> schema_;
  std::vector<std::string> keys_;
};

/// The k-means answer: two columns of doubles, first the Euclidean distance to the nearest center, then its number.
class KMeansProtobufResponseRowDeserializer final : public ProtobufResponseRowDeserializer {
 public:
  explicit KMeansProtobufResponseRowDeserializer(std::string distance_to_cluster_column = "distance_to_cluster",
                                                 std::string closest_cluster_column = "closest_cluster");
};

}  // namespace sagespark::codec
