#include "sagespark/algo/lda/fit.h"

#include <functional>
#include <numeric>

#include "sagespark/algo/lda/predict.h"
#include "sagespark/algo/lda/testing/bars.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::Each;
using testing::HasSubstr;

LdaParams BarParams(int64_t documents) {
  return {.num_topics = kBarTopics, .feature_dim = kBarWords, .mini_batch_size = documents, .max_restarts = 3, .max_iterations = 100};
}

Result<LdaFit> Train(const LdaParams& params, const Matrix<float>& documents, uint64_t seed = 1, int threads = 1) {
  ThreadPool pool(threads);
  SAGESPARK_ASSIGN_OR_RETURN(LdaTrainer trainer, LdaTrainer::Create(params, seed, pool));
  SAGESPARK_RETURN_IF_ERROR(trainer.Add(documents.view()));
  return trainer.Finish({});
}

Matrix<float> Floats(const Matrix<double>& matrix) {
  return {matrix.rows(), matrix.cols(), {matrix.values().begin(), matrix.values().end()}};
}

TEST(LdaTrainerTest, FindsTheBarsAndTheirWeights) {
  ASSERT_OK_AND_ASSIGN(const LdaFit fit, Train(BarParams(2000), BarDocuments(2000, 100, 1)));
  EXPECT_EQ(fit.spectral.dimensions, 9);
  EXPECT_EQ(fit.spectral.computed_topics, 13);
  EXPECT_EQ(fit.spectral.spare_topics, 0);
  EXPECT_LT(MatchedError(BarTopics(), Floats(fit.spectral.beta)), 0.06);
  EXPECT_LT(MatchedError(BarTopics(), fit.model.beta), 0.02);
  EXPECT_THAT(fit.model.alpha, Each(testing::FloatNear(0.1F, 0.03F)));
  EXPECT_TRUE(std::is_sorted(fit.model.alpha.rbegin(), fit.model.alpha.rend()));
  for (int64_t topic = 0; topic < kBarTopics; ++topic) {
    const auto row = fit.model.beta.Row(topic);
    EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0), 1, 1e-5);
    EXPECT_GE(*std::min_element(row.begin(), row.end()), 0);
  }
}

TEST(LdaTrainerTest, TopicsThatAreCommonerWeighMore) {
  // Two topics without common words, the first in three documents of four.
  Matrix<float> documents(400, 4);
  for (int64_t row = 0; row < 400; ++row) {
    for (int64_t word = 0; word < 2; ++word) documents(row, row % 4 == 0 ? 2 + word : word) = 5;
  }
  LdaParams params = {.num_topics = 2, .feature_dim = 4, .mini_batch_size = 400, .alpha0 = 0.1, .max_restarts = 2};
  ASSERT_OK_AND_ASSIGN(const LdaFit fit, Train(params, documents));
  EXPECT_THAT(fit.model.alpha, testing::ElementsAre(testing::FloatNear(0.075F, 0.01F), testing::FloatNear(0.025F, 0.01F)));
  EXPECT_NEAR(fit.model.beta(0, 0), 0.5, 1e-3);
  EXPECT_NEAR(fit.model.beta(1, 3), 0.5, 1e-3);
}

TEST(LdaTrainerTest, SparseRowsGiveTheSameModelHoweverTheyAreCutAndOnAnyNumberOfThreads) {
  const Matrix<float> documents = BarDocuments(1500, 30, 2);
  ASSERT_OK_AND_ASSIGN(const LdaFit dense, Train(BarParams(1500), documents, 1, 3));
  ThreadPool pool(1);
  ASSERT_OK_AND_ASSIGN(LdaTrainer trainer, LdaTrainer::Create(BarParams(1500), 1, pool));
  for (int64_t first = 0; first < 1500; first += 700) {
    std::vector<int64_t> ends;
    std::vector<int32_t> indices;
    std::vector<float> values;
    for (int64_t row = first; row < std::min<int64_t>(first + 700, 1500); ++row) {
      for (int32_t word = 0; word < kBarWords; ++word) {
        if (documents(row, word) == 0) continue;
        indices.push_back(word);
        values.push_back(documents(row, word));
      }
      ends.push_back(std::ssize(indices));
    }
    ASSERT_OK(trainer.Add(linalg::SparseRowsView{kBarWords, ends, indices, values}));
  }
  ASSERT_OK_AND_ASSIGN(const LdaFit sparse, trainer.Finish({}));
  EXPECT_EQ(sparse.model.beta, dense.model.beta);
  EXPECT_EQ(sparse.model.alpha, dense.model.alpha);
}

TEST(LdaTrainerTest, EachHyperparameterChangesTheModel) {
  const Matrix<float> documents = BarDocuments(300, 30, 3);
  // A seed whose first restart is not the best, so that one restart is not enough; rounding, and so the processor, decides.
  uint64_t seed = 0;
  LdaFit base;
  do {
    ASSERT_LT(++seed, 20);
    ASSERT_OK_AND_ASSIGN(base, Train(BarParams(300), documents, seed));
  } while (base.spectral.best_restart == 0);
  const struct {
    const char* name;
    std::function<void(LdaParams&)> change;
  } cases[] = {
      {"num_topics", [](LdaParams& p) { p.num_topics = 9; }},
      {"alpha0", [](LdaParams& p) { p.alpha0 = 0.5; }},
      {"max_restarts", [](LdaParams& p) { p.max_restarts = 1; }},
      {"max_iterations", [](LdaParams& p) { p.max_iterations = 2; }},
      {"tol", [](LdaParams& p) { p.tol = 0.1; }},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    LdaParams params = BarParams(300);
    test_case.change(params);
    ASSERT_OK_AND_ASSIGN(const LdaFit changed, Train(params, documents, seed));
    EXPECT_NE(changed.model.beta, base.model.beta);
  }
  ASSERT_OK_AND_ASSIGN(const LdaFit again, Train(BarParams(300), documents, seed));
  EXPECT_EQ(again.model.beta, base.model.beta);
}

TEST(LdaTrainerTest, GivesAllTopicsEvenWhereDocumentsDoNotDiffer) {
  const LdaParams params = {.num_topics = 3, .feature_dim = 2, .mini_batch_size = 5};
  ASSERT_OK_AND_ASSIGN(const LdaFit fit, Train(params, Matrix<float>(5, 2, std::vector<float>(10, 2.0F))));
  EXPECT_EQ(fit.model.num_topics(), 3);
  for (int64_t topic = 0; topic < 3; ++topic) EXPECT_NEAR(fit.model.beta(topic, 0), 0.5, 1e-3);
}

TEST(LdaTrainerTest, CountsDocumentsThatAreTooShortForMoments) {
  Matrix<float> documents = BarDocuments(500, 30, 1);
  for (const int64_t row : {3, 4}) std::ranges::fill(documents.Row(row), 0.0F);
  documents(4, 7) = 2;
  ASSERT_OK_AND_ASSIGN(const LdaFit fit, Train(BarParams(500), documents));
  EXPECT_EQ(fit.documents, 500);
  EXPECT_EQ(fit.short_documents, 2);
}

TEST(LdaTrainerTest, WordsThatNoDocumentHasKeepAProbability) {
  Matrix<float> documents(200, kBarWords + 1);
  const Matrix<float> bars = BarDocuments(200, 30, 1);
  for (int64_t row = 0; row < 200; ++row) std::ranges::copy(bars.Row(row), documents.Row(row).begin());
  LdaParams params = BarParams(200);
  params.feature_dim = kBarWords + 1;
  ASSERT_OK_AND_ASSIGN(const LdaFit fit, Train(params, documents));
  for (int64_t topic = 0; topic < kBarTopics; ++topic) {
    EXPECT_GT(fit.model.beta(topic, kBarWords), 0);
    EXPECT_LT(fit.model.beta(topic, kBarWords), 1e-3);
  }
}

TEST(LdaTrainerTest, RejectsAnotherNumberOfDocumentsThanMiniBatchSize) {
  EXPECT_THAT(Train(BarParams(20), BarDocuments(21, 10, 1)).status(),
              IsError(ErrorKind::kInvalidArgument, "Training data has more documents than mini_batch_size, which is the "
                                                   "number of documents: 21, mini_batch_size 20"));
  EXPECT_THAT(Train(BarParams(20), BarDocuments(19, 10, 1)).status(),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("fewer documents than mini_batch_size")));
}

TEST(LdaTrainerTest, RejectsFewerDocumentsThanTopics) {
  EXPECT_THAT(Train(BarParams(9), BarDocuments(9, 10, 1)).status(),
              IsError(ErrorKind::kInvalidArgument, "Training data has fewer documents of three words or more than topics: "
                                                   "9 documents, num_topics 10"));
  EXPECT_THAT(Train(BarParams(20), Matrix<float>(20, kBarWords)).status(),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("0 documents, num_topics 10")));
  EXPECT_THAT(Train(BarParams(20), BarDocuments(20, 2, 1)).status(),
              IsError(ErrorKind::kInvalidArgument, HasSubstr("0 documents, num_topics 10")));
}

TEST(LdaTrainerTest, StopsWhenCancelled) {
  ThreadPool pool(1);
  const Matrix<float> documents = BarDocuments(100, 30, 1);
  ASSERT_OK_AND_ASSIGN(LdaTrainer trainer, LdaTrainer::Create(BarParams(100), 1, pool));
  ASSERT_OK(trainer.Add(std::as_const(documents).view()));
  CancellationSource source;
  source.Cancel();
  EXPECT_THAT(trainer.Finish(source.token()).status(), IsError(ErrorKind::kCancelled, testing::_));
}

}  // namespace
}  // namespace sagespark::algo
