#include "sagespark/linalg/svd.h"

#include <limits>

#include "sagespark/linalg/gemm.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::linalg {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;

TEST(DecomposeTest, GivesNumPysVectorsWithNumPysSigns) {
  // numpy.linalg.svd([[4, 1, 0], [1, 3, 1], [0, 1, 2]]).
  ASSERT_OK_AND_ASSIGN(const LeftSvd svd, Decompose(Matrix<double>(3, 3, {4, 1, 0, 1, 3, 1, 0, 1, 2})));
  EXPECT_THAT(svd.singular_values, Pointwise(DoubleNear(1e-12), {4.732050807568878, 3.0, 1.2679491924311226}));
  EXPECT_THAT(svd.u.values(),
              Pointwise(DoubleNear(1e-12), {-0.7886751345948131, 0.5773502691896255, 0.21132486540518719,
                                            -0.5773502691896257, -0.5773502691896258, -0.5773502691896257,
                                            -0.21132486540518708, -0.5773502691896257, 0.7886751345948127}));
}

TEST(DecomposeTest, TakesMatricesWithoutFullRankAndWithoutColumns) {
  ASSERT_OK_AND_ASSIGN(const LeftSvd svd, Decompose(Matrix<double>(2, 2, {1, 1, 1, 1})));
  EXPECT_THAT(svd.singular_values, ElementsAre(DoubleNear(2, 1e-15), DoubleNear(0, 1e-15)));
  ASSERT_OK_AND_ASSIGN(const LeftSvd none, Decompose(Matrix<double>(0, 0)));
  EXPECT_TRUE(none.singular_values.empty());
}

TEST(DecomposeTest, RefusesNaNAndInfinity) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(Decompose(Matrix<double>(1, 1, {kInfinity})), IsError(ErrorKind::kCorruptData, HasSubstr("infinity")));
}

TEST(ProductsTest, GramFillsTheUpperTriangle) {
  const Matrix<double> rows(2, 2, {1, 2, 3, 4});
  Matrix<double> gram(2, 2, {100, 100, 7, 100});
  AddGram(rows.view(), gram.view());
  EXPECT_THAT(gram.values(), ElementsAre(110, 114, 7, 120));
}

TEST(ProductsTest, MultipliesMatrices) {
  const Matrix<double> a(1, 2, {1, 2});
  const Matrix<double> b(2, 2, {3, 4, 5, 6});
  Matrix<double> out(1, 2);
  Multiply(a.view(), b.view(), out.view());
  EXPECT_THAT(out.values(), ElementsAre(13, 16));
}

}  // namespace
}  // namespace sagespark::linalg
