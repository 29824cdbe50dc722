#include "sagespark/container/linear_learner/linear_learner_algorithm.h"

#include "sagespark/algo/linear_learner/params.h"
#include "sagespark/algo/linear_learner/predict.h"
#include "sagespark/container/linear_learner/linear_learner_model_file.h"
#include "sagespark/container/linear_learner/linear_learner_training.h"

namespace sagespark::container {
namespace {

class LinearContainerPredictor final : public Predictor {
 public:
  explicit LinearContainerPredictor(algo::LinearModel model) : predictor_(std::move(model)) {}

  int64_t feature_dim() const override { return predictor_.model().feature_dim(); }
  RowLayout row_layout() const override { return RowLayout::kAsRead; }

  Result<std::vector<PredictionColumn>> Predict(const linalg::RowsView& rows) const override {
    // One thread a request: requests come side by side, and share out the processors by themselves.
    ThreadPool pool(1);
    SAGESPARK_ASSIGN_OR_RETURN(const linalg::Matrix<double> values, predictor_.Values(rows, pool));
    const algo::PredictorType type = predictor_.model().predictor_type;
    const auto count = static_cast<size_t>(values.rows());
    const auto outputs = static_cast<size_t>(values.cols());
    PredictionColumn score{.name = "score",
                           .width = values.cols(),
                           .is_list = type == algo::PredictorType::kMulticlassClassifier,
                           .values = std::vector<float>(count * outputs)};
    PredictionColumn label{.name = "predicted_label", .is_integer = true, .values = std::vector<float>(count)};
    const bool has_label = type != algo::PredictorType::kRegressor;
    for (size_t row = 0; row < count; ++row) {
      const std::span<const double> z = values.Row(static_cast<int64_t>(row));
      predictor_.Scores(z, std::span(score.values).subspan(row * outputs, outputs));
      if (has_label) label.values[row] = static_cast<float>(predictor_.PredictedLabel(z));
    }
    std::vector<PredictionColumn> columns = {std::move(score)};
    if (has_label) columns.push_back(std::move(label));
    return columns;
  }

 private:
  algo::LinearPredictor predictor_;
};

}  // namespace

Hyperparameters LinearLearnerAlgorithm::default_hyperparameters() const {
  return algo::LinearLearnerDefaultHyperparameters();
}

Status LinearLearnerAlgorithm::Train(TrainingContext& context) const { return TrainLinearLearner(context); }

Result<std::unique_ptr<Predictor>> LinearLearnerAlgorithm::LoadModel(const std::filesystem::path& directory) const {
  SAGESPARK_ASSIGN_OR_RETURN(algo::LinearModel model, ReadLinearLearnerModel(directory));
  return std::make_unique<LinearContainerPredictor>(std::move(model));
}

}  // namespace sagespark::container
