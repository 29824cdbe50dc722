#pragma once

#include <charconv>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/codec/request_row_serializer.h"
#include "sagespark/codec/response_row_deserializer.h"
#include "sagespark/data/batch_builder.h"
#include "sagespark/data/numeric_column.h"
#include "sagespark/data/testing/batch_json.h"

namespace sagespark::staging::testing {

/// Writes the column "x" as one line a row.
class LineSerializer final : public codec::RequestRowSerializer {
 public:
  std::string content_type() const override { return "text/csv"; }
  Status ValidateSchema(const data::Schema& schema) const override {
    const auto index = schema.IndexOf("x");
    return index.ok() ? Status::Ok() : Status(index.error());
  }
  Result<int64_t> Append(const data::Batch& batch, int64_t first_row, size_t max_bytes,
                         std::string& out) const override {
    SAGESPARK_ASSIGN_OR_RETURN(const auto column, data::NumericColumn::Of(batch, "x", "Features"));
    int64_t row = first_row;
    for (; row < batch.num_rows(); ++row) {
      const std::string line = std::to_string(static_cast<int64_t>(column[row])) + "\n";
      if (out.size() + line.size() > max_bytes) break;
      out += line;
    }
    if (row == first_row) return ResourceLimit("Row is too large: row " + std::to_string(first_row));
    return row - first_row;
  }
};

/// Reads the column "y" from one line a row.
class LineDeserializer final : public codec::ResponseRowDeserializer {
 public:
  std::string accept() const override { return "text/plain"; }
  std::vector<data::Field> fields() const override { return schema_->fields(); }
  Result<data::Batch> Deserialize(std::string_view body, int64_t) const override {
    SAGESPARK_ASSIGN_OR_RETURN(auto builder, data::BatchBuilder::Make(schema_));
    while (!body.empty()) {
      const size_t end = body.find('\n');
      int64_t value = 0;
      std::from_chars(body.data(), body.data() + end, value);
      builder.AppendLong(0, value);
      body.remove_prefix(end + 1);
    }
    return builder.Finish();
  }

 private:
  std::shared_ptr<const data::Schema> schema_ = data::testing::SchemaOf({{"y", data::TypeId::kLong}});
};

/// Batches from JSON.
class Batches final : public data::BatchStream {
 public:
  explicit Batches(std::shared_ptr<const data::Schema> schema, std::vector<std::string> rows)
      : schema_(std::move(schema)), rows_(rows.begin(), rows.end()) {}
  const std::shared_ptr<const data::Schema>& schema() const override { return schema_; }
  Result<std::optional<data::Batch>> Next() override {
    if (rows_.empty()) return std::optional<data::Batch>();
    SAGESPARK_ASSIGN_OR_RETURN(data::Batch batch, data::testing::BatchFromJson(schema_, rows_.front()));
    rows_.pop_front();
    return std::optional<data::Batch>(std::move(batch));
  }

 private:
  std::shared_ptr<const data::Schema> schema_;
  std::deque<std::string> rows_;
};

/// All rows of the stream, in one JSON array.
inline Result<std::string> AllRows(data::BatchStream& stream) {
  std::string all;
  for (;;) {
    SAGESPARK_ASSIGN_OR_RETURN(const std::optional<data::Batch> batch, stream.Next());
    if (!batch) return "[" + all + "]";
    const std::string rows = data::testing::JsonOf(*batch);
    all += (all.empty() ? "" : ",") + rows.substr(1, rows.size() - 2);
  }
}

}  // namespace sagespark::staging::testing
