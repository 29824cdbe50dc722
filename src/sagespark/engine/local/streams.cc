#include "sagespark/engine/local/streams.h"

#include <algorithm>
#include <utility>

#include "sagespark/engine/local/arrow_bridge.h"
#include "sagespark/engine/local/expression_evaluator.h"
#include "sagespark/engine/local/spark_random.h"

namespace sagespark::engine::local {
namespace {

using data::Batch;
using NextBatch = Result<std::optional<Batch>>;

class BatchesStream final : public data::BatchStream {
 public:
  BatchesStream(SchemaPtr schema, std::shared_ptr<const std::vector<Batch>> batches)
      : schema_(std::move(schema)), batches_(std::move(batches)) {}

  const SchemaPtr& schema() const override { return schema_; }

  NextBatch Next() override {
    while (next_ < batches_->size() && (*batches_)[next_].num_rows() == 0) ++next_;
    if (next_ == batches_->size()) return std::optional<Batch>();
    return std::optional<Batch>((*batches_)[next_++]);
  }

 private:
  SchemaPtr schema_;
  std::shared_ptr<const std::vector<Batch>> batches_;
  size_t next_ = 0;
};

class Concatenation final : public data::BatchStream {
 public:
  Concatenation(SchemaPtr schema, int count, std::function<Result<StreamPtr>(int)> open)
      : schema_(std::move(schema)), count_(count), open_(std::move(open)) {}

  const SchemaPtr& schema() const override { return schema_; }

  NextBatch Next() override {
    for (;;) {
      if (current_ == nullptr) {
        if (next_ == count_) return std::optional<Batch>();
        SAGESPARK_ASSIGN_OR_RETURN(current_, open_(next_++));
      }
      SAGESPARK_ASSIGN_OR_RETURN(std::optional<Batch> batch, current_->Next());
      if (batch.has_value()) return std::optional<Batch>(batch->WithSchema(schema_));
      current_.reset();
    }
  }

 private:
  SchemaPtr schema_;
  int count_;
  std::function<Result<StreamPtr>(int)> open_;
  StreamPtr current_;
  int next_ = 0;
};

class LimitStream final : public data::BatchStream {
 public:
  LimitStream(StreamPtr input, int64_t count) : input_(std::move(input)), left_(count) {}

  const SchemaPtr& schema() const override { return input_->schema(); }

  NextBatch Next() override {
    if (left_ == 0) return std::optional<Batch>();
    SAGESPARK_ASSIGN_OR_RETURN(std::optional<Batch> batch, input_->Next());
    if (!batch.has_value()) return batch;
    const int64_t rows = std::min(left_, batch->num_rows());
    left_ -= rows;
    return std::optional<Batch>(batch->Slice(0, rows));
  }

 private:
  StreamPtr input_;
  int64_t left_;
};

class ProjectStream final : public data::BatchStream {
 public:
  ProjectStream(SchemaPtr schema, StreamPtr input, std::vector<plan::ExpressionPtr> columns)
      : schema_(std::move(schema)), input_(std::move(input)), columns_(std::move(columns)) {
    std::vector<data::Field> fields;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const plan::Expression* column = columns_[i].get();
      while (column->kind == plan::ExpressionKind::kAlias) column = column->children[0].get();
      if (column->kind == plan::ExpressionKind::kColumn) {
        sources_.push_back(column->column_index);
        continue;
      }
      sources_.push_back(input_->schema()->size() + computed_.size());
      computed_.push_back(columns_[i]);
      fields.push_back(schema_->fields()[i]);
    }
    computed_schema_ = std::make_shared<const data::Schema>(std::move(fields));
  }

  const SchemaPtr& schema() const override { return schema_; }

  NextBatch Next() override {
    SAGESPARK_ASSIGN_OR_RETURN(std::optional<Batch> batch, input_->Next());
    if (!batch.has_value()) return batch;
    if (!computed_.empty()) {
      SAGESPARK_ASSIGN_OR_RETURN(const Batch computed, Compute(*batch));
      batch = batch->Append(computed);
    }
    return std::optional<Batch>(batch->Select(sources_).WithSchema(schema_));
  }

 private:
  Result<Batch> Compute(const Batch& batch) const {
    SAGESPARK_ASSIGN_OR_RETURN(const auto rows, ToArrow(batch));
    SAGESPARK_ASSIGN_OR_RETURN(const auto schema, ToArrow(*computed_schema_));
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const plan::ExpressionPtr& column : computed_) {
      SAGESPARK_ASSIGN_OR_RETURN(auto array, Evaluate(*column, *rows));
      arrays.push_back(std::move(array));
    }
    return FromArrow(*arrow::RecordBatch::Make(schema, batch.num_rows(), std::move(arrays)), computed_schema_);
  }

  SchemaPtr schema_;
  StreamPtr input_;
  std::vector<plan::ExpressionPtr> columns_;
  std::vector<plan::ExpressionPtr> computed_;  ///< Those of columns_ that are more than a column of the input.
  SchemaPtr computed_schema_;
  std::vector<size_t> sources_;  ///< Of each output: its place in the input's columns followed by the computed ones.
};

class FilterStream final : public data::BatchStream {
 public:
  FilterStream(StreamPtr input, plan::ExpressionPtr condition)
      : input_(std::move(input)), condition_(std::move(condition)) {}

  const SchemaPtr& schema() const override { return input_->schema(); }

  NextBatch Next() override {
    for (;;) {
      SAGESPARK_ASSIGN_OR_RETURN(std::optional<Batch> batch, input_->Next());
      if (!batch.has_value()) return batch;
      SAGESPARK_ASSIGN_OR_RETURN(const auto rows, ToArrow(*batch));
      SAGESPARK_ASSIGN_OR_RETURN(const auto mask, Evaluate(*condition_, *rows));
      SAGESPARK_ASSIGN_OR_RETURN(Batch kept, FilterRows(*batch, mask));
      if (kept.num_rows() > 0) return std::optional<Batch>(std::move(kept));
    }
  }

 private:
  StreamPtr input_;
  plan::ExpressionPtr condition_;
};

class SampleStream final : public data::BatchStream {
 public:
  SampleStream(StreamPtr input, double lower, double upper, int64_t seed)
      : input_(std::move(input)), lower_(lower), upper_(upper), random_(seed) {}

  const SchemaPtr& schema() const override { return input_->schema(); }

  NextBatch Next() override {
    for (;;) {
      SAGESPARK_ASSIGN_OR_RETURN(std::optional<Batch> batch, input_->Next());
      if (!batch.has_value()) return batch;
      SAGESPARK_ASSIGN_OR_RETURN(const auto mask, DrawMask(batch->num_rows()));
      SAGESPARK_ASSIGN_OR_RETURN(Batch kept, FilterRows(*batch, mask));
      if (kept.num_rows() > 0) return std::optional<Batch>(std::move(kept));
    }
  }

 private:
  Result<std::shared_ptr<arrow::Array>> DrawMask(int64_t rows) {
    arrow::BooleanBuilder builder;
    SAGESPARK_RETURN_IF_ARROW_ERROR(builder.Reserve(rows));
    for (int64_t i = 0; i < rows; ++i) {
      const double number = upper_ > lower_ ? random_.NextDouble() : upper_;
      builder.UnsafeAppend(number >= lower_ && number < upper_);
    }
    SAGESPARK_ASSIGN_OR_RETURN_ARROW(auto mask, builder.Finish());
    return mask;
  }

  StreamPtr input_;
  double lower_;
  double upper_;
  SparkRandom random_;
};

}  // namespace

StreamPtr MakeBatchesStream(SchemaPtr schema, std::shared_ptr<const std::vector<Batch>> batches) {
  return std::make_unique<BatchesStream>(std::move(schema), std::move(batches));
}

StreamPtr MakeConcatenation(SchemaPtr schema, int count, std::function<Result<StreamPtr>(int)> open) {
  return std::make_unique<Concatenation>(std::move(schema), count, std::move(open));
}

StreamPtr MakeLimitStream(StreamPtr input, int64_t count) {
  return std::make_unique<LimitStream>(std::move(input), count);
}

StreamPtr MakeProjectStream(SchemaPtr schema, StreamPtr input, std::vector<plan::ExpressionPtr> columns) {
  return std::make_unique<ProjectStream>(std::move(schema), std::move(input), std::move(columns));
}

StreamPtr MakeFilterStream(StreamPtr input, plan::ExpressionPtr condition) {
  return std::make_unique<FilterStream>(std::move(input), std::move(condition));
}

StreamPtr MakeSampleStream(StreamPtr input, double lower, double upper, int64_t seed) {
  return std::make_unique<SampleStream>(std::move(input), lower, upper, seed);
}

}  // namespace sagespark::engine::local
