#include "sagespark/algo/lda/moments.h"

#include "sagespark/algo/lda/testing/bars.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::HasSubstr;

LdaCorpus Corpus(const Matrix<float>& rows) {
  LdaCorpus corpus(rows.cols());
  SAGESPARK_CHECK(corpus.Add(rows.view()).ok());
  return corpus;
}

TEST(WhitenMomentsTest, KeepsTheDimensionsAboveTheNoise) {
  // The rows and columns of a field add up to the same, so ten bars span nine dimensions.
  ThreadPool pool(2);
  const LdaCorpus corpus = Corpus(BarDocuments(3000, 60, 1));
  ASSERT_OK_AND_ASSIGN(const WhitenedMoment moment, WhitenMoments(corpus, 1, {.least = 1, .most = 13}, 1, pool, {}));
  EXPECT_EQ(moment.eigenvalues.size(), 9);
  EXPECT_GT(moment.eigenvalues.back(), 5 * moment.noise);
}

TEST(WhitenMomentsTest, KeepsAtLeastAndAtMostAsManyAsTold) {
  ThreadPool pool(1);
  const LdaCorpus corpus = Corpus(BarDocuments(500, 30, 1));
  ASSERT_OK_AND_ASSIGN(const WhitenedMoment many, WhitenMoments(corpus, 1, {.least = 11, .most = 13}, 1, pool, {}));
  EXPECT_GE(many.eigenvalues.size(), 11);
  ASSERT_OK_AND_ASSIGN(const WhitenedMoment few, WhitenMoments(corpus, 1, {.least = 1, .most = 4}, 1, pool, {}));
  EXPECT_EQ(few.eigenvalues.size(), 4);
}

TEST(WhitenMomentsTest, TheWhitenerMakesPairsTheIdentity) {
  ThreadPool pool(1);
  const LdaCorpus corpus = Corpus(BarDocuments(1500, 30, 1));  // More than one piece.
  ASSERT_OK_AND_ASSIGN(const WhitenedMoment moment, WhitenMoments(corpus, 0.5, {.least = 5, .most = 5}, 1, pool, {}));
  const PairMoment pairs(corpus, std::vector<double>(1500, 1.0 / 1500), 0.5);
  Matrix<double> product(kBarWords, 5);
  pairs.AddProduct(1, moment.whitener.view(), pool, product.view());
  for (int64_t i = 0; i < 5; ++i) {
    for (int64_t j = 0; j < 5; ++j) {
      double inner = 0;
      for (int64_t word = 0; word < kBarWords; ++word) inner += moment.whitener(word, i) * product(word, j);
      EXPECT_NEAR(inner, i == j ? 1 : 0, 1e-9);
    }
  }
}

TEST(WhitenMomentsTest, LeavesShortDocumentsOut) {
  ThreadPool pool(1);
  const Matrix<float> rows(6, 3, {3, 0, 0, 0, 4, 0, 0, 0, 3, 1, 2, 0, 2, 0, 0, 0, 0, 1});
  const LdaCorpus with = Corpus(rows);
  const LdaCorpus without = Corpus({4, 3, {rows.values().begin(), rows.values().begin() + 12}});
  const auto tensor = [&](const LdaCorpus& corpus) {
    return WhitenMoments(corpus, 1, {.least = 2, .most = 2}, 1, pool, {})->tensor;
  };
  EXPECT_EQ(tensor(with), tensor(without));
}

TEST(WhitenMomentsTest, FindsNoDimensionsWhereDocumentsAreOneWordEach) {
  // Nothing says that words belong together: x (x) x - diag(x) is 0 on documents without repeats of pairs.
  ThreadPool pool(1);
  const LdaCorpus corpus = Corpus({2, 3, {1, 1, 1, 1, 1, 1}});
  ASSERT_OK_AND_ASSIGN(const WhitenedMoment moment, WhitenMoments(corpus, 1000, {.least = 3, .most = 3}, 1, pool, {}));
  EXPECT_LE(moment.eigenvalues.size(), 1);
}

TEST(WhitenMomentsTest, StopsWhenCancelled) {
  ThreadPool pool(1);
  CancellationSource source;
  source.Cancel();
  EXPECT_THAT(WhitenMoments(Corpus(BarDocuments(50, 30, 1)), 1, {}, 1, pool, source.token()).status(),
              IsError(ErrorKind::kCancelled, HasSubstr("")));
}

}  // namespace
}  // namespace sagespark::algo
