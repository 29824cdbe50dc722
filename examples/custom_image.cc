// An algorithm of one's own: the image is custom_image/nearest_mean.py, and this program writes its requests and reads its answers.
//
//     sagespark serve --image nearest-mean='python3 examples/custom_image/nearest_mean.py' &
//     eval "$(sagespark env)"; custom_image
//
// On AWS the image is one in ECR whose entry point is that script; its name is the first argument.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

#include "sagespark/base/json/value.h"
#include "sagespark/base/signal_watcher.h"
#include "sagespark/data/batch_builder.h"
#include "sagespark/data/vector_column.h"
#include "sagespark/sagemaker/resource_cleanup.h"
#include "sagespark/sagemaker/sagemaker_estimator.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/sql/spark_session.h"

using namespace sagespark;
using namespace sagespark::sagemaker;

namespace {

/// A row is a JSON list a line: "[1.5,2]".
class JsonLinesSerializer final : public codec::RequestRowSerializer {
 public:
  std::string content_type() const override { return "application/jsonlines"; }
  Status ValidateSchema(const data::Schema& schema) const override { return codec::RequireVector(schema, "features", "Features"); }

  Result<int64_t> Append(const data::Batch& batch, int64_t first_row, size_t max_bytes, std::string& out) const override {
    SAGESPARK_ASSIGN_OR_RETURN(const auto features, data::VectorColumn::Of(batch, "features", "Features"));
    return codec::AppendRows(batch.num_rows(), first_row, max_bytes, out, [&](int64_t row) -> Status {
      if (features[row].is_null) return codec::NullRow("features", row);
      json::Array numbers(static_cast<size_t>(features[row].size), 0.0);
      for (size_t i = 0; i < features[row].values.size(); ++i) {
        numbers[features[row].is_sparse ? static_cast<size_t>(features[row].indices[i]) : i] = features[row].values[i];
      }
      out += json::Dump(numbers) + "\n";
      return Status::Ok();
    });
  }
};

/// An answer is an object a line: {"label": 1.0, "distance": 0.5}.
class NearestMeanDeserializer final : public codec::ResponseRowDeserializer {
 public:
  std::string accept() const override { return "application/jsonlines"; }
  std::vector<data::Field> fields() const override { return {{"nearest", data::TypeId::kDouble}, {"distance", data::TypeId::kDouble}}; }

  Result<data::Batch> Deserialize(std::string_view response, int64_t expected_rows) const override {
    SAGESPARK_ASSIGN_OR_RETURN(data::BatchBuilder columns, data::BatchBuilder::Make(std::make_shared<data::Schema>(fields())));
    for (size_t end; (end = response.find('\n')) != std::string_view::npos; response.remove_prefix(end + 1)) {
      SAGESPARK_ASSIGN_OR_RETURN(const json::Value answer, json::Parse(response.substr(0, end)));
      const json::Value* label = answer.Find("label");
      const json::Value* distance = answer.Find("distance");
      if (label == nullptr || distance == nullptr || !label->is_number() || !distance->is_number()) {
        return CorruptData("An answer has no number label or distance");
      }
      columns.AppendDouble(0, label->number());
      columns.AppendDouble(1, distance->number());
    }
    if (columns.num_rows() != expected_rows) return codec::PredictionCountMismatch(columns.num_rows(), expected_rows);
    return columns.Finish();
  }
};

/// Deletes what a model created, however the program ends.
class Cleanup {
 public:
  explicit Cleanup(const SageMakerModel& model) : model_(model) {}
  ~Cleanup() {
    try {
      SageMakerResourceCleanup(model_.sagemakerClient()).deleteResources(model_.getCreatedResources());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
  }

 private:
  const SageMakerModel& model_;
};

void Run(const std::string& image, const CancellationToken& interrupted) {
  using sql::Row;
  using sql::Vectors;
  sql::SparkSession spark = sql::SparkSession::builder().appName("custom_image").master("local[*]").getOrCreate();
  const sql::DataFrame rows = spark.createDataFrame({Row{0.0, Vectors::dense({1.0, 0.5})}, Row{0.0, Vectors::dense({0.5, 1.0})},
                                                     Row{1.0, Vectors::dense({8.0, 9.0})}, Row{1.0, Vectors::dense({9.0, 8.0})}},
                                                    {"label", "features"});
  const char* role = std::getenv("SAGEMAKER_ROLE");
  SageMakerEstimator estimator({.trainingImage = image,
                                .modelImage = image,
                                .sagemakerRole = IAMRole(role != nullptr ? role : "arn:aws:iam::000000000000:role/SageMakerRole"),
                                .trainingInstanceType = "ml.m5.large",
                                .endpointInstanceType = "ml.m5.large",
                                .requestRowSerializer = JsonLinesSerializer(),
                                .responseRowDeserializer = NearestMeanDeserializer(),
                                .trainingContentType = "text/x-libsvm",
                                .trainingSparkDataFormat = "libsvm",
                                .trainingSparkDataFormatOptions = {{"numFeatures", "2"}},
                                .hyperParameters = {{"metric", "euclidean"}},
                                .cancellation = interrupted});
  const SageMakerModel model = estimator.fit(rows);
  const Cleanup cleanup(model);
  model.transform(rows).show();
}

}  // namespace

int main(int argc, char** argv) {
  const sagespark::SignalWatcher signals;
  try {
    Run(argc > 1 ? argv[1] : "nearest-mean", signals.token());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "custom_image: %s\n", error.what());
    return 1;
  }
  return 0;
}
