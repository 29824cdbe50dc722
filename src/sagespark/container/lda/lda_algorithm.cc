#include "sagespark/container/lda/lda_algorithm.h"

#include "sagespark/algo/lda/params.h"
#include "sagespark/algo/lda/predict.h"
#include "sagespark/container/lda/lda_model_file.h"
#include "sagespark/container/lda/lda_training.h"

namespace sagespark::container {
namespace {

class LdaContainerPredictor final : public Predictor {
 public:
  explicit LdaContainerPredictor(algo::LdaModel model) : predictor_(std::move(model)) {}

  int64_t feature_dim() const override { return predictor_.model().feature_dim(); }
  RowLayout row_layout() const override { return RowLayout::kAsRead; }

  Result<std::vector<PredictionColumn>> Predict(const linalg::RowsView& rows) const override {
    algo::LdaCorpus documents(feature_dim());
    SAGESPARK_RETURN_IF_ERROR(documents.Add(rows));
    PredictionColumn mixture{.name = "topic_mixture", .width = predictor_.model().num_topics(), .is_list = true};
    mixture.values.resize(documents.documents() * mixture.width);
    // One thread a request: requests come side by side, and share out the processors by themselves.
    ThreadPool pool(1);
    SAGESPARK_RETURN_IF_ERROR(predictor_.Predict(documents, pool, mixture.values));
    return std::vector<PredictionColumn>{std::move(mixture)};
  }

 private:
  algo::LdaPredictor predictor_;
};

}  // namespace

Hyperparameters LdaAlgorithm::default_hyperparameters() const { return algo::LdaDefaultHyperparameters(); }

Status LdaAlgorithm::Train(TrainingContext& context) const { return TrainLda(context); }

Result<std::unique_ptr<Predictor>> LdaAlgorithm::LoadModel(const std::filesystem::path& directory) const {
  SAGESPARK_ASSIGN_OR_RETURN(algo::LdaModel model, ReadLdaModel(directory));
  return std::make_unique<LdaContainerPredictor>(std::move(model));
}

}  // namespace sagespark::container
