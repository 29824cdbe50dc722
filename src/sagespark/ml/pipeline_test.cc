#include "sagespark/ml/pipeline.h"

#include "sagespark/base/exception.h"
#include "sagespark/ml/identifiable.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::ml {
namespace {

using testing::ElementsAre;
using testing::Property;
using testing::Throws;

/// Appends the column `output`, `input` plus a number.
class Adder final : public Transformer {
 public:
  Adder(std::string input, std::string output, double number)
      : Transformer(randomUID("Adder")), input_(std::move(input)), output_(std::move(output)), number_(number) {}

  sql::DataFrame transform(const sql::DataFrame& dataset) const override {
    return dataset.withColumn(output_, sql::col(input_) + number_);
  }
  data::Schema transformSchema(const data::Schema& schema) const override {
    OrThrow(schema.IndexOf(input_));
    std::vector<data::Field> fields = schema.fields();
    fields.push_back({output_, data::TypeId::kDouble});
    return data::Schema(std::move(fields));
  }
  std::shared_ptr<PipelineStage> copyStage(const ParamMap&) const override { return std::make_shared<Adder>(*this); }

  double number() const { return number_; }

 private:
  std::string input_;
  std::string output_;
  double number_;
};

/// Learns to add `scale` times the number of rows it saw.
class AdderEstimator final : public Estimator<Adder> {
 public:
  AdderEstimator(std::string input, std::string output)
      : Estimator(randomUID("AdderEstimator")), input_(std::move(input)), output_(std::move(output)) {
    declare({&scale});
    setDefault(scale, 1.0);
  }
  static inline const DoubleParam scale{"scale", "A factor."};

  Adder fit(const sql::DataFrame& dataset) const override {
    // The columns of the stages before must be there.
    const double rows = static_cast<double>(dataset.select(input_).collect().size());
    return Adder(input_, output_, getOrDefault(scale) * rows);
  }
  using Estimator::fit;
  data::Schema transformSchema(const data::Schema& schema) const override {
    return Adder(input_, output_, 0).transformSchema(schema);
  }
  std::shared_ptr<PipelineStage> copyStage(const ParamMap& extra) const override {
    auto copy = std::make_shared<AdderEstimator>(*this);
    copy->setAll(extra);
    return copy;
  }

 private:
  std::string input_;
  std::string output_;
};

sql::DataFrame TwoRows() {
  return sql::SparkSession::builder().master("local[1]").getOrCreate().createDataFrame({{1.0}, {2.0}},
                                                                                       std::vector<std::string>{"x"});
}

TEST(PipelineTest, FitsEachEstimatorOnTheDataOfTheStagesBeforeIt) {
  const Pipeline pipeline = Pipeline().setStages({Adder("x", "a", 10), AdderEstimator("a", "b"), Adder("b", "c", 100)});
  const PipelineModel model = pipeline.fit(TwoRows());
  EXPECT_EQ(model.stages().size(), 3u);
  EXPECT_EQ(model.uid(), pipeline.uid());
  EXPECT_THAT(model.transform(TwoRows()).collect(),
              ElementsAre(sql::Row({1.0, 11.0, 13.0, 113.0}), sql::Row({2.0, 12.0, 14.0, 114.0})));
}

TEST(PipelineTest, ExtraValuesReachTheStageTheyAreForAndNotThePipelineItself) {
  const AdderEstimator estimator("x", "a");
  const Pipeline pipeline = Pipeline().setStages({estimator, AdderEstimator("a", "b")});
  const PipelineModel model = pipeline.fit(TwoRows(), ParamMap().put(estimator, AdderEstimator::scale, 50.0));
  EXPECT_EQ(dynamic_cast<const Adder&>(*model.stages()[0]).number(), 100);
  EXPECT_EQ(dynamic_cast<const Adder&>(*model.stages()[1]).number(), 2);
  EXPECT_EQ(dynamic_cast<const Adder&>(*pipeline.fit(TwoRows()).stages()[0]).number(), 2);
}

TEST(PipelineTest, ColumnsAreCheckedBeforeTheFirstStageRuns) {
  const Pipeline pipeline = Pipeline().setStages({AdderEstimator("x", "a"), Adder("nothing", "b", 1)});
  EXPECT_THAT([&] { pipeline.fit(TwoRows()); },
              Throws<Exception>(Property(&Exception::kind, ErrorKind::kSchemaMismatch)));
}

/// A model that created something; `abandoned` counts.
class Owner final : public Transformer {
 public:
  explicit Owner(std::shared_ptr<int> abandoned) : Transformer("owner"), abandoned_(std::move(abandoned)) {}
  sql::DataFrame transform(const sql::DataFrame& dataset) const override { return dataset; }
  data::Schema transformSchema(const data::Schema& schema) const override { return schema; }
  std::shared_ptr<PipelineStage> copyStage(const ParamMap&) const override { return std::make_shared<Owner>(*this); }
  std::string abandon() const override { return "abandoned " + std::to_string(++*abandoned_); }

 private:
  std::shared_ptr<int> abandoned_;
};

/// Makes an Owner, or fails.
class OwnerEstimator final : public Estimator<Owner> {
 public:
  OwnerEstimator(std::shared_ptr<int> abandoned, bool fails)
      : Estimator("owner"), abandoned_(std::move(abandoned)), fails_(fails) {}
  Owner fit(const sql::DataFrame&) const override {
    if (fails_) throw Exception(Unavailable("out of order"));
    return Owner(abandoned_);
  }
  data::Schema transformSchema(const data::Schema& schema) const override { return schema; }
  std::shared_ptr<PipelineStage> copyStage(const ParamMap&) const override { return std::make_shared<OwnerEstimator>(*this); }

 private:
  std::shared_ptr<int> abandoned_;
  bool fails_;
};

TEST(PipelineTest, WhatAFitMadeIsAbandonedWhenALaterStageFailsAndOnlyThat) {
  const auto made = std::make_shared<int>(0);
  const auto given = std::make_shared<int>(0);
  const Pipeline inner = Pipeline().setStages({OwnerEstimator(made, false)});
  const Pipeline pipeline = Pipeline().setStages({Owner(given), inner, OwnerEstimator(made, false), OwnerEstimator(made, true)});
  EXPECT_THAT([&] { pipeline.fit(TwoRows()); },
              Throws<Exception>(Property(&Exception::what, testing::StrEq("out of order; abandoned 1; abandoned 2"))));
  EXPECT_EQ(*made, 2);
  EXPECT_EQ(*given, 0);
  Pipeline().setStages({inner}).fit(TwoRows());
  EXPECT_EQ(*made, 2);
}

TEST(PipelineTest, WithoutStagesItChangesNothing) {
  EXPECT_EQ(Pipeline().fit(TwoRows()).transform(TwoRows()).collect(), TwoRows().collect());
}

}  // namespace
}  // namespace sagespark::ml
