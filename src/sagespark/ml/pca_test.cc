#include "sagespark/ml/pca.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "sagespark/base/exception.h"
#include "sagespark/base/json/value.h"
#include "sagespark/ml/pipeline.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::ml {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;
using ::testing::Property;
using ::testing::StrEq;
using ::testing::Throws;
using sql::Vectors;

/// What Spark 4.3 computed on Rows(): tests/goldens/generate_spark_ml_goldens.py.
json::Value SparkFacts() {
  std::ifstream file(SourcePath("tests/goldens/spark_ml/facts.json"));
  std::stringstream text;
  text << file.rdbuf();
  return OrThrow(json::Parse(text.str()));
}

std::vector<double> Numbers(const json::Value& array) {
  std::vector<double> numbers;
  for (const json::Value& element : *array.if_array()) numbers.push_back(element.number());
  return numbers;
}

sql::SparkSession Spark() { return sql::SparkSession::builder().master("local[2]").getOrCreate(); }

sql::DataFrame Rows() {
  return Spark().createDataFrame({{Vectors::sparse(5, {{1, 1.0}, {3, 7.0}})},
                                  {Vectors::dense({2, 0, 3, 4, 5})},
                                  {Vectors::dense({4, 0, 0, 6, 7})},
                                  {Vectors::dense({1, -2, 8.5, 1000, 0.25})},
                                  {Vectors::sparse(5, {{0, -3.0}, {2, 2.5}})}},
                                 std::vector<std::string>{"features"});
}

PCA Ready() { return PCA().setInputCol("features").setOutputCol("projected").setK(3); }

TEST(PCATest, FindsTheComponentsThatSparkFindsWithTheirSigns) {
  const json::Value facts = SparkFacts();
  const PCAModel model = Ready().fit(Rows());
  const DenseMatrix pc = model.pc();
  ASSERT_EQ(pc.numRows, 5);
  ASSERT_EQ(pc.numCols, 3);
  for (int32_t i = 0; i < 5; ++i) {
    const std::vector<double> expected = Numbers((*facts.Find("pc")->if_array())[i]);
    for (int32_t j = 0; j < 3; ++j) EXPECT_NEAR(pc(i, j), expected[j], 1e-9) << i << ", " << j;
  }
  EXPECT_THAT(model.explainedVariance().values(),
              Pointwise(DoubleNear(1e-12), Numbers(*facts.Find("explained_variance"))));
}

TEST(PCATest, ProjectsDenseAndSparseRowsAsSparkDoes) {
  const json::Value facts = SparkFacts();
  const std::vector<sql::Row> rows = Ready().fit(Rows()).transform(Rows()).collect();
  ASSERT_EQ(rows.size(), 5u);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_THAT(rows[i].getAs<sql::Vector>("projected").values(),
                Pointwise(DoubleNear(1e-9), Numbers((*facts.Find("projected")->if_array())[i])));
  }
}

TEST(PCATest, TheComponentsDoNotDependOnTheNumberOfTasksAtATime) {
  std::vector<sql::Row> rows;
  for (int i = 0; i < 500; ++i) rows.push_back({Vectors::dense({i * 0.1, i % 7 * 1.3, i % 11 * 0.7})});
  const auto data = Spark().createDataFrame(rows, std::vector<std::string>{"features"}).repartition(9);
  const DenseMatrix first = Ready().fit(data).pc();
  for (int run = 0; run < 5; ++run) EXPECT_EQ(Ready().fit(data).pc(), first);
}

TEST(PCATest, APartitionWithoutRowsIsNoMatter) {
  EXPECT_EQ(Ready().fit(Rows().coalesce(1).repartition(8)).pc().numCols, 3);
}

TEST(PCATest, TheModelTakesTheParametersAndAppendsItsColumn) {
  const PCA pca = Ready();
  const PCAModel model = pca.fit(Rows());
  EXPECT_EQ(model.uid(), pca.uid());
  EXPECT_EQ(model.getK(), 3);
  EXPECT_EQ(model.getInputCol(), "features");
  const data::Schema schema = model.transformSchema(Rows().schema());
  EXPECT_EQ(schema, pca.transformSchema(Rows().schema()));
  EXPECT_EQ(schema, model.transform(Rows()).schema());
  EXPECT_EQ(schema.fields().back(), (data::Field{"projected", data::TypeId::kVector, false}));
}

TEST(PCATest, TheOutputColumnIsNamedAfterTheStageByDefault) {
  const PCA pca = PCA("pca_1").setInputCol("features").setK(1);
  EXPECT_EQ(pca.getOutputCol(), "pca_1__output");
  EXPECT_EQ(pca.fit(Rows()).transform(Rows()).columns().back(), "pca_1__output");
}

TEST(PCATest, ExtraValuesChangeTheFitOnly) {
  const PCA pca = Ready();
  EXPECT_EQ(pca.fit(Rows(), ParamMap().put(pca, PCA::k, 1)).pc().numCols, 1);
  EXPECT_EQ(pca.getK(), 3);
}

TEST(PCATest, WhatDoesNotFitIsNamed) {
  const auto fit = [](const PCA& pca) { return [pca] { pca.fit(Rows()); }; };
  EXPECT_THAT(fit(PCA().setInputCol("nothing").setK(1)),
              Throws<sql::AnalysisException>(Property(&Exception::kind, ErrorKind::kSchemaMismatch)));
  EXPECT_THAT(fit(PCA().setInputCol("features")), Throws<Exception>(Property(&Exception::what, HasSubstr("default: k"))));
  EXPECT_THAT(fit(Ready().setK(6)), Throws<Exception>(Property(&Exception::what, HasSubstr("k = 6"))));
  EXPECT_THAT(fit(Ready().setOutputCol("features")),
              Throws<Exception>(Property(&Exception::what, StrEq("Output column exists already: \"features\""))));
  EXPECT_THAT([] { PCA().setK(0); }, Throws<Exception>(Property(&Exception::kind, ErrorKind::kInvalidArgument)));
  EXPECT_THAT([] { Ready().setInputCol("id").fit(Spark().range(3)); },
              Throws<Exception>(Property(&Exception::what, StrEq("Input column is not a vector: \"id\" has type bigint"))));
}

TEST(PCATest, AFailureInOnePartitionEndsTheOthersThatWaitForIt) {
  // Partition 0 fails, the partitions behind it are done and wait for their turn.
  std::vector<sql::Row> rows = {{Vectors::dense({1, 2})}};
  for (int i = 0; i < 7; ++i) rows.push_back({Vectors::dense({1, 2, 3})});
  const auto data = Spark().createDataFrame(rows, std::vector<std::string>{"features"}).coalesce(1).repartition(8);
  EXPECT_THAT([&] { Ready().setK(1).fit(data); }, Throws<Exception>(Property(&Exception::what, HasSubstr("different lengths"))));
}

TEST(PCATest, IsAStageOfAPipeline) {
  const PipelineModel model = Pipeline().setStages({Ready()}).fit(Rows());
  EXPECT_EQ(model.transform(Rows()).count(), 5);
}

}  // namespace
}  // namespace sagespark::ml
