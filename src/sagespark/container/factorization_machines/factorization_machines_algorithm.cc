#include "sagespark/container/factorization_machines/factorization_machines_algorithm.h"

#include "sagespark/algo/factorization_machines/params.h"
#include "sagespark/algo/factorization_machines/predict.h"
#include "sagespark/algo/factorization_machines/scores.h"
#include "sagespark/container/factorization_machines/factorization_machines_model_file.h"
#include "sagespark/container/factorization_machines/factorization_machines_training.h"

namespace sagespark::container {
namespace {

// Rows of millions of features, nearly all of them zero, are nothing for CSV: AWS's image does not take it either.
constexpr std::string_view kTrainingTypes[] = {kRecordIoProtobuf};
constexpr std::string_view kRequestTypes[] = {kRecordIoProtobuf, kJson, kJsonLines};

class FactorizationMachinesPredictor final : public Predictor {
 public:
  explicit FactorizationMachinesPredictor(algo::FactorizationMachinesModel model) : model_(std::move(model)) {}

  int64_t feature_dim() const override { return model_.feature_dim(); }
  RowLayout row_layout() const override { return RowLayout::kAsRead; }
  std::span<const std::string_view> request_types() const override { return kRequestTypes; }

  Result<std::vector<PredictionColumn>> Predict(const linalg::RowsView& rows) const override {
    std::vector<double> margins(static_cast<size_t>(linalg::RowCount(rows)));
    // One thread a request: requests come side by side, and share out the processors by themselves.
    ThreadPool pool(1);
    SAGESPARK_RETURN_IF_ERROR(algo::PredictMargins(model_, rows, pool, margins));
    const bool is_classifier = model_.task() == algo::FactorizationMachinesTask::kBinaryClassifier;
    PredictionColumn score{.name = "score"};
    PredictionColumn label{.name = "predicted_label", .is_integer = true};
    for (const double margin : margins) {
      score.values.push_back(is_classifier ? algo::LogisticScore(margin) : static_cast<float>(margin));
      if (is_classifier) label.values.push_back(algo::LabelOf(score.values.back()));
    }
    std::vector<PredictionColumn> columns;
    columns.push_back(std::move(score));
    if (is_classifier) columns.push_back(std::move(label));
    return columns;
  }

 private:
  algo::FactorizationMachinesModel model_;
};

}  // namespace

Hyperparameters FactorizationMachinesAlgorithm::default_hyperparameters() const {
  return algo::FactorizationMachinesDefaultHyperparameters();
}

std::span<const std::string_view> FactorizationMachinesAlgorithm::training_types() const { return kTrainingTypes; }

Status FactorizationMachinesAlgorithm::Train(TrainingContext& context) const {
  return TrainFactorizationMachines(context);
}

Result<std::unique_ptr<Predictor>> FactorizationMachinesAlgorithm::LoadModel(
    const std::filesystem::path& directory) const {
  SAGESPARK_ASSIGN_OR_RETURN(algo::FactorizationMachinesModel model, ReadFactorizationMachinesModel(directory));
  return std::make_unique<FactorizationMachinesPredictor>(std::move(model));
}

}  // namespace sagespark::container
