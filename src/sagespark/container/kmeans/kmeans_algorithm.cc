#include "sagespark/container/kmeans/kmeans_algorithm.h"

#include "sagespark/algo/kmeans/params.h"
#include "sagespark/algo/kmeans/predict.h"
#include "sagespark/container/kmeans/kmeans_model_file.h"
#include "sagespark/container/kmeans/kmeans_training.h"

namespace sagespark::container {
namespace {

class KMeansContainerPredictor final : public Predictor {
 public:
  explicit KMeansContainerPredictor(algo::KMeansModel model) : predictor_(std::move(model)) {}

  int64_t feature_dim() const override { return predictor_.model().feature_dim(); }

  Result<std::vector<PredictionColumn>> Predict(const linalg::RowsView& rows) const override {
    const auto count = static_cast<size_t>(linalg::RowCount(rows));
    PredictionColumn cluster{.name = "closest_cluster", .values = std::vector<float>(count)};
    PredictionColumn distance{.name = "distance_to_cluster", .values = std::vector<float>(count)};
    // One thread a request: requests come side by side, and share out the processors by themselves.
    ThreadPool pool(1);
    SAGESPARK_RETURN_IF_ERROR(predictor_.Predict(std::get<linalg::MatrixView<const float>>(rows), pool, cluster.values, distance.values));
    return std::vector<PredictionColumn>{std::move(cluster), std::move(distance)};
  }

 private:
  algo::KMeansPredictor predictor_;
};

}  // namespace

Hyperparameters KMeansAlgorithm::default_hyperparameters() const { return algo::KMeansDefaultHyperparameters(); }

Status KMeansAlgorithm::Train(TrainingContext& context) const { return TrainKMeans(context); }

Result<std::unique_ptr<Predictor>> KMeansAlgorithm::LoadModel(const std::filesystem::path& directory) const {
  SAGESPARK_ASSIGN_OR_RETURN(algo::KMeansModel model, ReadKMeansModel(directory));
  return std::make_unique<KMeansContainerPredictor>(std::move(model));
}

}  // namespace sagespark::container
