#include "sagespark/container/pca/pca_algorithm.h"

#include <utility>

#include "sagespark/algo/pca/params.h"
#include "sagespark/algo/pca/predict.h"
#include "sagespark/container/pca/pca_model_file.h"
#include "sagespark/container/pca/pca_training.h"

namespace sagespark::container {
namespace {

class PcaContainerPredictor final : public Predictor {
 public:
  explicit PcaContainerPredictor(algo::PcaModel model) : predictor_(std::move(model)) {}

  int64_t feature_dim() const override { return predictor_.feature_dim(); }
  RowLayout row_layout() const override { return RowLayout::kAsRead; }
  std::string_view json_list_name() const override { return "projections"; }

  Result<std::vector<PredictionColumn>> Predict(const linalg::RowsView& rows) const override {
    PredictionColumn projection{.name = "projection", .width = predictor_.num_components(), .is_list = true};
    projection.values.resize(static_cast<size_t>(linalg::RowCount(rows) * projection.width));
    SAGESPARK_RETURN_IF_ERROR(predictor_.Predict(rows, projection.values));
    return std::vector<PredictionColumn>{std::move(projection)};
  }

 private:
  algo::PcaPredictor predictor_;
};

}  // namespace

Hyperparameters PcaAlgorithm::default_hyperparameters() const { return algo::PcaDefaultHyperparameters(); }

Status PcaAlgorithm::Train(TrainingContext& context) const { return TrainPca(context); }

Result<std::unique_ptr<Predictor>> PcaAlgorithm::LoadModel(const std::filesystem::path& directory) const {
  SAGESPARK_ASSIGN_OR_RETURN(algo::PcaModel model, ReadPcaModel(directory));
  return std::make_unique<PcaContainerPredictor>(std::move(model));
}

}  // namespace sagespark::container
