#include "sagespark/feature/pca.h"

#include <cmath>

#include "sagespark/data/batch_builder.h"
#include "sagespark/data/testing/batch_json.h"
#include "sagespark/data/vector_column.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::feature {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;
using data::TypeId;
using data::testing::BatchFromJson;
using data::testing::SchemaOf;

data::Batch Vectors(std::string_view rows) {
  auto batch = BatchFromJson(SchemaOf({{"x", TypeId::kVector}}), rows);
  EXPECT_OK(batch.status());
  return *std::move(batch);
}

/// On the line y = 2 x, so that one component, (1, 2) / sqrt 5 up to its sign, explains all.
data::Batch Line() { return Vectors(R"([[[1, 2]], [[3, 6]], [{"size": 2, "indices": [0, 1], "values": [-5, -10]}]])"); }

TEST(PcaFitTest, ALineHasOneComponent) {
  PcaFit fit("x", 2);
  ASSERT_OK(fit.Add(Line()));
  ASSERT_OK_AND_ASSIGN(const PrincipalComponents found, fit.Finish());
  EXPECT_THAT(found.explained_variance, ElementsAre(DoubleNear(1, 1e-14), DoubleNear(0, 1e-14)));
  EXPECT_NEAR(std::fabs(found.components(0, 0)), 1 / std::sqrt(5), 1e-14);
  EXPECT_NEAR(found.components(1, 0) / found.components(0, 0), 2, 1e-13);
}

TEST(PcaFitTest, PartsMergeInAnyShape) {
  PcaFit none("x", 1);
  PcaFit part("x", 1);
  PcaFit total("x", 1);
  ASSERT_OK(part.Add(Line().Slice(0, 1)));
  ASSERT_OK(total.Add(Line().Slice(1, 2)));
  ASSERT_OK(none.Merge(part));
  ASSERT_OK(total.Merge(none));
  ASSERT_OK(total.Merge(part));  // Without rows by now.
  ASSERT_OK_AND_ASSIGN(const PrincipalComponents found, total.Finish());
  EXPECT_NEAR(found.components(1, 0) / found.components(0, 0), 2, 1e-13);
}

TEST(PcaFitTest, NamesTheRowThatDoesNotFit) {
  struct Case {
    const char* rows;
    const char* message;
  };
  const std::vector<Case> cases = {
      {R"([[[1, 2]], [[1, 2, 3]]])", R"(Vector has another length: column "x", row 1 has 3, expected 2)"},
      {R"([[[1, 2]], [null]])", R"(Row is null: column "x", row 1)"},
  };
  for (const Case& test_case : cases) {
    SCOPED_TRACE(test_case.rows);
    PcaFit fit("x", 1);
    EXPECT_THAT(fit.Add(Vectors(test_case.rows)), IsError(ErrorKind::kCorruptData, test_case.message));
  }
}

TEST(PcaFitTest, NamesTheElementThatIsNotFinite) {
  data::BatchBuilder builder = *data::BatchBuilder::Make(SchemaOf({{"x", TypeId::kVector}}));
  builder.AppendDense(0, std::vector<double>{1, 2});
  builder.AppendSparse(0, 2, std::vector<int32_t>{1}, std::vector<double>{std::nan("")});
  ASSERT_OK_AND_ASSIGN(const data::Batch rows, builder.Finish());
  PcaFit fit("x", 1);
  EXPECT_THAT(fit.Add(rows),
              IsError(ErrorKind::kCorruptData, R"(Vector has a NaN or infinity: column "x", row 1, element 1)"));
}

TEST(PcaFitTest, RefusesWhatHasNoComponents) {
  PcaFit too_many("x", 3);
  EXPECT_THAT(too_many.Add(Line()),
              IsError(ErrorKind::kInvalidArgument, R"(k is above the length of the vectors: k = 3, column "x" has 2)"));
  PcaFit one_row("x", 1);
  ASSERT_OK(one_row.Add(Line().Slice(0, 1)));
  EXPECT_THAT(one_row.Finish(), IsError(ErrorKind::kInvalidArgument, R"(PCA needs at least two rows: column "x" has 1)"));
  PcaFit no_rows("x", 1);
  EXPECT_THAT(no_rows.Finish(), IsError(ErrorKind::kInvalidArgument, HasSubstr("has 0")));
  PcaFit too_long("x", 1);
  EXPECT_THAT(too_long.Add(Vectors(R"([[{"size": 70000, "indices": [], "values": []}]])")),
              IsError(ErrorKind::kResourceLimit, R"(Vectors are too long for PCA: column "x" has 70000, limit 23169)"));
  PcaFit other_length("x", 1);
  PcaFit line("x", 1);
  ASSERT_OK(line.Add(Line()));
  ASSERT_OK(other_length.Add(Vectors("[[[1]]]")));
  EXPECT_THAT(line.Merge(other_length), IsError(ErrorKind::kCorruptData, HasSubstr("2 and 1")));
}

TEST(AppendProjectionTest, MultipliesDenseAndSparseRowsAndKeepsTheColumns) {
  const linalg::Matrix<double> components(2, 1, {10, 1});
  const auto schema = SchemaOf({{"x", TypeId::kVector}, {"y", TypeId::kVector, false}});
  ASSERT_OK_AND_ASSIGN(const data::Batch projected, AppendProjection(Line(), "x", components, schema));
  EXPECT_EQ(projected.schema(), *schema);
  ASSERT_OK_AND_ASSIGN(const auto column, data::VectorColumn::Of(projected, "y", "Output"));
  // By hand, and without the mean: 10 + 2, 30 + 6, -50 - 10.
  EXPECT_THAT(column[0].values, ElementsAre(12));
  EXPECT_THAT(column[1].values, ElementsAre(36));
  EXPECT_THAT(column[2].values, ElementsAre(-60));
  EXPECT_FALSE(column[2].is_sparse);
}

TEST(AppendProjectionTest, TakesMoreRowsThanABlockHas) {
  std::string rows = "[";
  for (int i = 0; i < 1000; ++i) rows += (i > 0 ? ", [[" : "[[") + std::to_string(i) + ", 1]]";
  const auto schema = SchemaOf({{"x", TypeId::kVector}, {"y", TypeId::kVector, false}});
  ASSERT_OK_AND_ASSIGN(const data::Batch projected,
                       AppendProjection(Vectors(rows + "]"), "x", linalg::Matrix<double>(2, 1, {2, 1}), schema));
  ASSERT_OK_AND_ASSIGN(const auto column, data::VectorColumn::Of(projected, "y", "Output"));
  for (int i = 0; i < 1000; ++i) ASSERT_THAT(column[i].values, ElementsAre(2 * i + 1));
}

TEST(AppendProjectionTest, NamesTheRowThatDoesNotFit) {
  const linalg::Matrix<double> components(3, 1, {1, 1, 1});
  const auto schema = SchemaOf({{"x", TypeId::kVector}, {"y", TypeId::kVector, false}});
  EXPECT_THAT(AppendProjection(Line(), "x", components, schema),
              IsError(ErrorKind::kCorruptData, R"(Vector has another length: column "x", row 0 has 2, expected 3)"));
}

}  // namespace
}  // namespace sagespark::feature
