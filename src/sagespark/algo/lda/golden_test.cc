// Against numpy and scikit-learn; tests/goldens/make_lda_goldens.py wrote the numbers.
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sagespark/algo/lda/moments.h"
#include "sagespark/algo/lda/predict.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::DoubleNear;
using testing::FloatNear;
using testing::Pointwise;

constexpr double kAlpha0 = 0.7;

class LdaGoldenTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(SourcePath("tests/goldens/lda.txt"));
    std::string name;
    int64_t rows = 0, cols = 0;
    while (file >> name >> rows >> cols) {
      Matrix<double> matrix(rows, cols);
      for (int64_t row = 0; row < rows; ++row) {
        for (double& value : matrix.Row(row)) file >> value;
      }
      golden_.emplace(name, std::move(matrix));
    }
    ASSERT_EQ(golden_.size(), 7);
    documents_ = LdaCorpus(Golden("documents").cols());
    ASSERT_OK(documents_.Add(std::as_const(Floats("documents")).view()));
  }

  const Matrix<double>& Golden(const std::string& name) const { return golden_.at(name); }

  const Matrix<float>& Floats(const std::string& name) {
    const Matrix<double>& golden = Golden(name);
    return floats_[name] = {golden.rows(), golden.cols(), {golden.values().begin(), golden.values().end()}};
  }

  LdaCorpus documents_{1};

 private:
  std::map<std::string, Matrix<double>> golden_;
  std::map<std::string, Matrix<float>> floats_;
};

TEST_F(LdaGoldenTest, MomentsAreThoseOfAllPairsAndTriplesOfTokens) {
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    ASSERT_OK_AND_ASSIGN(const WhitenedMoment moment,
                         WhitenMoments(documents_, kAlpha0, {.least = 3, .most = 3}, 1, pool, {}));
    EXPECT_THAT(moment.eigenvalues, Pointwise(DoubleNear(1e-12), Golden("eigenvalues").values()));
    EXPECT_NEAR(moment.noise, Golden("noise")(0, 0), 1e-6 * moment.noise);
    const int64_t words = documents_.vocabulary(), r = 3;
    Matrix<double> triples(words, words * words);
    for (int64_t a = 0; a < words; ++a) {
      for (int64_t bc = 0; bc < words * words; ++bc) {
        for (int64_t i = 0; i < r; ++i) {
          for (int64_t jk = 0; jk < r * r; ++jk) {
            triples(a, bc) += moment.tensor(i, jk) * moment.unwhitener(a, i) *
                              moment.unwhitener(bc / words, jk / r) * moment.unwhitener(bc % words, jk % r);
          }
        }
      }
    }
    EXPECT_THAT(triples.values(), Pointwise(DoubleNear(1e-12), Golden("triples").values()));
  }
}

TEST_F(LdaGoldenTest, MixturesAndLikelihoodAreThoseOfScikitLearn) {
  ThreadPool pool(2);
  const LdaPredictor predictor({{0.25F, 0.25F, 0.25F}, Floats("beta")});
  std::vector<float> mixtures(Golden("mixtures").values().size());
  ASSERT_OK(predictor.Predict(documents_, pool, mixtures));
  EXPECT_THAT(mixtures, Pointwise(FloatNear(2e-4F), Golden("mixtures").values()));
  LdaEvaluator evaluator(predictor);
  ASSERT_OK(evaluator.Add(documents_, pool));
  EXPECT_NEAR(evaluator.PerWordLogLikelihood(), Golden("pwll")(0, 0), 1e-4);
}

}  // namespace
}  // namespace sagespark::algo
