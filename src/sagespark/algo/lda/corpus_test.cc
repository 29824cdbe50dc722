#include "sagespark/algo/lda/corpus.h"

#include <limits>

#include "sagespark/algo/lda/corpus_products.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using linalg::SparseRowsView;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(LdaCorpusTest, KeepsTheWordsThatDocumentsHave) {
  LdaCorpus corpus(3);
  ASSERT_OK(corpus.Add(Matrix<float>(3, 3, {0, 2, 1, 0, 0, 0, 0.5, 0, 0}).view()));
  EXPECT_EQ(corpus.documents(), 3);
  EXPECT_THAT(corpus.Words(0), ElementsAre(1, 2));
  EXPECT_THAT(corpus.Counts(0), ElementsAre(2, 1));
  EXPECT_EQ(corpus.Length(0), 3);
  EXPECT_THAT(corpus.Words(1), IsEmpty());
  EXPECT_EQ(corpus.Length(1), 0);
  EXPECT_EQ(corpus.Length(2), 0.5);
}

TEST(LdaCorpusTest, TakesSparseRowsAlike) {
  LdaCorpus corpus(3);
  const std::vector<int64_t> ends = {2, 2, 4};
  const std::vector<int32_t> indices = {1, 2, 0, 1};
  const std::vector<float> values = {2, 1, 3, 0};
  ASSERT_OK(corpus.Add(SparseRowsView{3, ends, indices, values}));
  EXPECT_EQ(corpus.documents(), 3);
  EXPECT_THAT(corpus.Words(2), ElementsAre(0));
  EXPECT_THAT(corpus.Counts(0), ElementsAre(2, 1));
}

TEST(LdaCorpusTest, NamesTheFirstCountThatIsNone) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const struct {
    float value;
    const char* message;
  } cases[] = {
      {-1, "Documents have a count that is negative: row 2, column 1"},
      {kNan, "Documents have a count that is not finite: row 2, column 1"},
      {kInfinity, "Documents have a count that is not finite: row 2, column 1"},
      {-kInfinity, "Documents have a count that is not finite: row 2, column 1"},
  };
  for (const auto& test_case : cases) {
    LdaCorpus corpus(2);
    ASSERT_OK(corpus.Add(Matrix<float>(1, 2, {1, 1}).view()));
    EXPECT_THAT(corpus.Add(Matrix<float>(2, 2, {1, 1, 1, test_case.value}).view()),
                IsError(ErrorKind::kCorruptData, test_case.message));
    EXPECT_EQ(corpus.documents(), 2);
  }
}

TEST(LdaCorpusTest, RejectsRowsThatDoNotFit) {
  LdaCorpus corpus(2);
  EXPECT_THAT(corpus.Add(Matrix<float>(1, 3).view()),
              IsError(ErrorKind::kInvalidArgument, "Documents have another length than feature_dim: 3, feature_dim 2"));
  const std::vector<int64_t> ends = {1};
  const std::vector<float> values = {1};
  for (const int32_t index : {-1, 2}) {
    const std::vector<int32_t> indices = {index};
    EXPECT_THAT(corpus.Add(SparseRowsView{2, ends, indices, values}),
                IsError(ErrorKind::kCorruptData, testing::HasSubstr("index outside of the row: row 0, index ")));
  }
}

TEST(CorpusProductsTest, AreThoseOfTheWholeMatrix) {
  // X = (1 0 2; 0 3 0), basis = (1 2; 3 4; 5 6): X basis = (11 14; 9 12); X^T of that = (11 14; 27 36; 22 28).
  LdaCorpus corpus(3);
  ASSERT_OK(corpus.Add(Matrix<float>(2, 3, {1, 0, 2, 0, 3, 0}).view()));
  ThreadPool pool(2);
  const Matrix<double> basis(3, 2, {1, 2, 3, 4, 5, 6});
  Matrix<double> rows(2, 2), sums(3, 2);
  MultiplyDocuments(corpus, 0, basis.view(), pool, rows.view());
  EXPECT_THAT(rows.values(), ElementsAre(11, 14, 9, 12));
  AddTransposedProduct(corpus, 0, linalg::MatrixView<const double>(rows.view()), pool, sums.view());
  EXPECT_THAT(sums.values(), ElementsAre(11, 14, 27, 36, 22, 28));
}

TEST(CorpusProductsTest, TakesOtherNumbersInThePlaceOfCountsFromAnyDocumentOn) {
  LdaCorpus corpus(3);
  ASSERT_OK(corpus.Add(Matrix<float>(3, 3, {1, 0, 2, 0, 3, 0, 1, 1, 0}).view()));
  ThreadPool pool(1);
  Matrix<double> sums(3, 1);
  const std::vector<float> values = {10, 20, 30};  // Of documents 1 and 2.
  AddTransposedProduct(corpus, 1, values, Matrix<float>(2, 1, {1, 2}).view(), pool, sums.view());
  EXPECT_THAT(sums.values(), ElementsAre(40, 10 + 60, 0));
}

}  // namespace
}  // namespace sagespark::algo
