#include "sagespark/ml/pca.h"

#include <condition_variable>
#include <mutex>

#include "sagespark/feature/pca.h"
#include "sagespark/ml/identifiable.h"
#include "sagespark/sql/data_frame.h"

namespace sagespark::ml {
namespace {

data::Schema ProjectedSchema(const data::Schema& schema, const std::string& input, const std::string& output) {
  const data::Field& column = schema.fields()[sql::OrThrowAnalysis(schema.IndexOf(input))];
  if (column.type.id() != data::TypeId::kVector) {
    throw sql::AnalysisException(
        SchemaMismatch("Input column is not a vector: \"" + input + "\" has type " + column.type.ToString()));
  }
  if (schema.IndexOf(output).ok()) {
    throw sql::AnalysisException(SchemaMismatch("Output column exists already: \"" + output + "\""));
  }
  std::vector<data::Field> fields = schema.fields();
  fields.push_back({.name = output, .type = data::TypeId::kVector, .nullable = false});
  return data::Schema(std::move(fields));
}

/// Merges the partitions' parts in the order of the partitions, so that the sums, and with them the last bits of the components, do not
/// depend on which ends first. A part that is early waits, so that no more parts are held than tasks run.
class OrderedMerge {
 public:
  explicit OrderedMerge(feature::PcaFit& total) : total_(total) {}

  Status Merge(int partition, feature::PcaFit& part, const CancellationToken& cancellation) {
    const auto wake = cancellation.OnCancel([this] {
      std::lock_guard lock(mutex_);
      merged_.notify_all();
    });
    std::unique_lock lock(mutex_);
    merged_.wait(lock, [&] { return next_ == partition || cancellation.cancelled(); });
    SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
    SAGESPARK_RETURN_IF_ERROR(total_.Merge(part));
    ++next_;
    merged_.notify_all();
    return Status::Ok();
  }

 private:
  feature::PcaFit& total_;
  std::mutex mutex_;
  std::condition_variable merged_;
  int next_ = 0;
};

class ProjectedStream final : public data::BatchStream {
 public:
  ProjectedStream(std::unique_ptr<data::BatchStream> input, std::string column,
                  std::shared_ptr<const feature::PrincipalComponents> components, std::shared_ptr<const data::Schema> schema)
      : input_(std::move(input)), column_(std::move(column)), components_(std::move(components)), schema_(std::move(schema)) {}

  const std::shared_ptr<const data::Schema>& schema() const override { return schema_; }

  Result<std::optional<data::Batch>> Next() override {
    SAGESPARK_ASSIGN_OR_RETURN(const std::optional<data::Batch> batch, input_->Next());
    if (!batch) return std::optional<data::Batch>();
    SAGESPARK_ASSIGN_OR_RETURN(data::Batch projected,
                               feature::AppendProjection(*batch, column_, components_->components, schema_));
    return std::optional<data::Batch>(std::move(projected));
  }

 private:
  const std::unique_ptr<data::BatchStream> input_;
  const std::string column_;
  const std::shared_ptr<const feature::PrincipalComponents> components_;
  const std::shared_ptr<const data::Schema> schema_;
};

}  // namespace

const IntParam PCAParams::k{"k", "the number of principal components (> 0)", ParamValidators::gt(0)};
const StringParam PCAParams::inputCol{"inputCol", "input column name"};
const StringParam PCAParams::outputCol{"outputCol", "output column name"};

PCAModel::PCAModel(std::string uid, std::shared_ptr<const feature::PrincipalComponents> components)
    : Model(std::move(uid)), components_(std::move(components)) {
  declare({&k, &inputCol, &outputCol});
  setDefault(outputCol, this->uid() + "__output");
}

PCAModel& PCAModel::setInputCol(const std::string& value) {
  set(inputCol, value);
  return *this;
}

PCAModel& PCAModel::setOutputCol(const std::string& value) {
  set(outputCol, value);
  return *this;
}

DenseMatrix PCAModel::pc() const {
  const auto& components = components_->components;
  DenseMatrix matrix{static_cast<int32_t>(components.rows()), static_cast<int32_t>(components.cols()), {}};
  matrix.values.reserve(components.values().size());
  for (int64_t j = 0; j < components.cols(); ++j) {
    for (int64_t i = 0; i < components.rows(); ++i) matrix.values.push_back(components(i, j));
  }
  return matrix;
}

data::Vector PCAModel::explainedVariance() const { return data::Vector::Dense(components_->explained_variance); }

sql::DataFrame PCAModel::transform(const sql::DataFrame& dataset) const {
  auto schema = std::make_shared<const data::Schema>(transformSchema(dataset.schema()));
  auto project = [column = getInputCol(), components = components_, schema](
                     std::unique_ptr<data::BatchStream> input,
                     const plan::TaskContext&) -> Result<std::unique_ptr<data::BatchStream>> {
    return std::unique_ptr<data::BatchStream>(
        std::make_unique<ProjectedStream>(std::move(input), column, components, schema));
  };
  return dataset.mapBatches("PCAModel.transform", *schema, std::move(project));
}

data::Schema PCAModel::transformSchema(const data::Schema& schema) const {
  return ProjectedSchema(schema, getInputCol(), getOutputCol());
}

std::shared_ptr<PipelineStage> PCAModel::copyStage(const ParamMap& extra) const {
  auto copy = std::make_shared<PCAModel>(*this);
  copy->setAll(extra);
  return copy;
}

PCA::PCA() : PCA(randomUID("pca")) {}

PCA::PCA(std::string uid) : Estimator(std::move(uid)) {
  declare({&k, &inputCol, &outputCol});
  setDefault(outputCol, this->uid() + "__output");
}

PCA& PCA::setK(int value) {
  set(k, value);
  return *this;
}

PCA& PCA::setInputCol(const std::string& value) {
  set(inputCol, value);
  return *this;
}

PCA& PCA::setOutputCol(const std::string& value) {
  set(outputCol, value);
  return *this;
}

PCAModel PCA::fit(const sql::DataFrame& dataset) const {
  transformSchema(dataset.schema());
  feature::PcaFit total(getInputCol(), getK());
  OrderedMerge merge(total);
  const auto add = [&](data::BatchStream& rows, const plan::TaskContext& task) -> Status {
    feature::PcaFit part(getInputCol(), getK());
    for (;;) {
      SAGESPARK_ASSIGN_OR_RETURN(const std::optional<data::Batch> batch, rows.Next());
      if (!batch) return merge.Merge(task.partition, part, task.cancellation);
      SAGESPARK_RETURN_IF_ERROR(part.Add(*batch));
    }
  };
  OrThrow(dataset.sparkSession().engine().Run(dataset.select(getInputCol()).plan(), add));
  PCAModel model(uid(), std::make_shared<const feature::PrincipalComponents>(OrThrow(total.Finish())));
  model.copyValues(*this);
  return model;
}

data::Schema PCA::transformSchema(const data::Schema& schema) const {
  getK();
  return ProjectedSchema(schema, getInputCol(), getOutputCol());
}

std::shared_ptr<PipelineStage> PCA::copyStage(const ParamMap& extra) const {
  auto copy = std::make_shared<PCA>(*this);
  copy->setAll(extra);
  return copy;
}

}  // namespace sagespark::ml
