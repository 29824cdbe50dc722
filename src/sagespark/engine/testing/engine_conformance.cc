#include "sagespark/engine/testing/engine_conformance.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <numeric>
#include <stdexcept>

#include "sagespark/data/testing/batch_json.h"
#include "sagespark/data/value.h"

namespace sagespark::engine::testing {
namespace {

using data::Batch;
using data::TypeId;
using data::testing::BatchFromJson;
using data::testing::SchemaOf;
using plan::ColumnReference;
using plan::ExpressionKind;
using plan::Literal;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::shared_ptr<const data::Schema> NumberSchema() { return SchemaOf({{"x", TypeId::kLong}}); }

/// Rows 0, 1, 2 ... in partitions of the given sizes, one batch each.
plan::PlanPtr Numbers(const std::vector<int>& sizes) {
  std::vector<std::vector<Batch>> partitions;
  int64_t next = 0;
  for (const int size : sizes) {
    std::vector<data::RowValues> rows;
    for (int i = 0; i < size; ++i) rows.push_back({data::Value(next++)});
    partitions.push_back({*data::BatchFromRows(NumberSchema(), rows)});
  }
  return *plan::MakeLocalRelation(NumberSchema(), std::move(partitions));
}

std::vector<int64_t> NumbersOf(const std::vector<Batch>& batches) {
  std::vector<int64_t> numbers;
  for (const Batch& batch : batches) {
    for (int64_t i = 0; i < batch.num_rows(); ++i) numbers.push_back(*data::RowOf(batch, i)[0].As<int64_t>());
  }
  return numbers;
}

std::vector<int64_t> UpTo(int64_t end) {
  std::vector<int64_t> numbers(end);
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  return numbers;
}

plan::ExpressionPtr Compare(ExpressionKind kind, int64_t value) {
  return plan::Binary(kind, ColumnReference("x"), Literal(value));
}

/// What a counting mapper has seen.
struct Watch {
  std::atomic<int> opened = 0;
  std::atomic<int64_t> rows = 0;
};

class CountingStream final : public data::BatchStream {
 public:
  CountingStream(std::unique_ptr<data::BatchStream> input, Watch& watch) : input_(std::move(input)), watch_(watch) {}
  const std::shared_ptr<const data::Schema>& schema() const override { return input_->schema(); }
  Result<std::optional<Batch>> Next() override {
    auto batch = input_->Next();
    if (batch.ok() && batch->has_value()) watch_.rows += (*batch)->num_rows();
    return batch;
  }

 private:
  std::unique_ptr<data::BatchStream> input_;
  Watch& watch_;
};

plan::PlanPtr Counted(plan::PlanPtr input, Watch& watch) {
  const data::Schema schema = *input->schema;
  return plan::MakeMapBatches(std::move(input), "count", schema,
                              [&watch](std::unique_ptr<data::BatchStream> rows, const plan::TaskContext&)
                                  -> Result<std::unique_ptr<data::BatchStream>> {
                                ++watch.opened;
                                return std::make_unique<CountingStream>(std::move(rows), watch);
                              });
}

/// Yields `batches` times the batch, and counts how many copies live at once.
class EndlessStream final : public data::BatchStream {
 public:
  EndlessStream(Batch batch, int64_t batches, Watch& watch) : batch_(std::move(batch)), left_(batches), watch_(watch) {}
  const std::shared_ptr<const data::Schema>& schema() const override { return batch_.shared_schema(); }
  Result<std::optional<Batch>> Next() override {
    if (left_ == 0) return std::optional<Batch>();
    --left_;
    watch_.rows += batch_.num_rows();
    return std::optional<Batch>(batch_);
  }

 private:
  Batch batch_;
  int64_t left_;
  Watch& watch_;
};

/// A plan whose every partition makes `batches` batches of 100 rows out of nothing.
plan::PlanPtr Source(int partitions, int64_t batches, Watch& watch) {
  const Batch hundred = std::get<plan::LocalRelation>(Numbers({100})->node).partitions[0][0];
  return plan::MakeMapBatches(Numbers(std::vector<int>(partitions, 1)), "source", *NumberSchema(),
                              [=, &watch](std::unique_ptr<data::BatchStream>, const plan::TaskContext&)
                                  -> Result<std::unique_ptr<data::BatchStream>> {
                                return std::make_unique<EndlessStream>(hundred, batches, watch);
                              });
}

TEST_P(EngineConformance, CollectKeepsTheOrderOfPartitionsAndRows) {
  EXPECT_EQ(NumbersOf(*engine_->Collect(Numbers({3, 0, 2, 4}))), UpTo(9));
}

TEST_P(EngineConformance, CountAddsThePartitions) {
  EXPECT_THAT(engine_->Count(Numbers({3, 0, 2})), HasValue(5));
}

TEST_P(EngineConformance, FilterKeepsRowsWhoseConditionIsTrue) {
  const auto schema = SchemaOf({{"x", TypeId::kLong}});
  const Batch rows = *BatchFromJson(schema, "[[1], [null], [3]]");
  const auto relation = *plan::MakeLocalRelation(schema, {{rows}});
  ASSERT_OK_AND_ASSIGN(const auto plan, plan::MakeFilter(relation, Compare(ExpressionKind::kGreater, 1)));
  EXPECT_THAT(NumbersOf(*engine_->Collect(plan)), ElementsAre(3));
}

TEST_P(EngineConformance, ProjectComputesRenamesAndRepeatsColumns) {
  ASSERT_OK_AND_ASSIGN(const auto plan,
                       plan::MakeProject(Numbers({2}), {plan::Alias(ColumnReference("x"), "a"), ColumnReference("x"),
                                                        plan::Binary(ExpressionKind::kAdd, ColumnReference("x"),
                                                                     Literal(1.5))}));
  ASSERT_OK_AND_ASSIGN(const auto batches, engine_->Collect(plan));
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_EQ(batches[0].schema(), *plan->schema);
  EXPECT_EQ(data::testing::JsonOf(batches[0]), "[[0,0,1.5],[1,1,2.5]]");
}

TEST_P(EngineConformance, FiltersAndSamplesVectorsOfBothKinds) {
  const auto schema = SchemaOf({{"x", TypeId::kLong}, {"v", TypeId::kVector}});
  const Batch rows = *BatchFromJson(
      schema, R"([[1, [1.5, 0]], [2, null], [3, {"size": 4, "indices": [1, 3], "values": [7, 8]}], [4, [9]]])");
  const auto relation = *plan::MakeLocalRelation(schema, {{rows}});
  ASSERT_OK_AND_ASSIGN(const auto plan, plan::MakeFilter(relation, Compare(ExpressionKind::kNotEqual, 1)));
  ASSERT_OK_AND_ASSIGN(const auto batches, engine_->Collect(plan));
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_EQ(data::testing::JsonOf(batches[0]), data::testing::JsonOf(rows.Slice(1, 3)));
}

TEST_P(EngineConformance, ComparesNaNAsIeee) {
  const auto schema = SchemaOf({{"x", TypeId::kDouble}});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto relation = *plan::MakeLocalRelation(schema, {{*data::BatchFromRows(schema, {{nan}, {1.0}})}});
  const auto count = [&](ExpressionKind kind) {
    return engine_->Count(*plan::MakeFilter(relation, plan::Binary(kind, ColumnReference("x"), ColumnReference("x"))));
  };
  EXPECT_THAT(count(ExpressionKind::kEqual), HasValue(1));
  EXPECT_THAT(count(ExpressionKind::kGreaterOrEqual), HasValue(1));
  EXPECT_THAT(count(ExpressionKind::kNotEqual), HasValue(1));
}

TEST_P(EngineConformance, LimitStopsReading) {
  Watch watch;
  ASSERT_OK_AND_ASSIGN(const auto plan, plan::MakeLimit(Source(3, 1000, watch), 150));
  EXPECT_THAT(engine_->Count(plan), HasValue(150));
  EXPECT_EQ(watch.rows, 200);
}

TEST_P(EngineConformance, TakeReadsTheFirstPartitionFirstAndThenMore) {
  Watch watch;
  const auto plan = Counted(Numbers({2, 2, 2, 2, 2, 2, 2, 2, 2, 2}), watch);
  EXPECT_THAT(NumbersOf(*engine_->Take(plan, 2)), ElementsAre(0, 1));
  EXPECT_EQ(watch.opened, 1);
  EXPECT_THAT(NumbersOf(*engine_->Take(plan, 3)), ElementsAre(0, 1, 2));
  EXPECT_EQ(watch.opened, 1 + 1 + 4);
  EXPECT_THAT(NumbersOf(*engine_->Take(plan, 100)), SizeIs(20));
  EXPECT_THAT(*engine_->Take(plan, 0), SizeIs(0));
}

TEST_P(EngineConformance, UnionAppendsPartitions) {
  ASSERT_OK_AND_ASSIGN(const auto plan, plan::MakeUnion(Numbers({2}), Numbers({1, 1})));
  EXPECT_THAT(NumbersOf(*engine_->Collect(plan)), ElementsAre(0, 1, 0, 1));
  EXPECT_EQ((*engine_->Prepare(plan))->num_partitions(), 3);
}

TEST_P(EngineConformance, UnionWidensNumbers) {
  const auto schema = SchemaOf({{"y", TypeId::kDouble}});
  const auto doubles = *plan::MakeLocalRelation(schema, {{*BatchFromJson(schema, "[[0.5]]")}});
  ASSERT_OK_AND_ASSIGN(const auto plan, plan::MakeUnion(Numbers({1}), doubles));
  ASSERT_OK_AND_ASSIGN(const auto batches, engine_->Collect(plan));
  ASSERT_THAT(batches, SizeIs(2));
  EXPECT_EQ(data::RowOf(batches[0], 0), data::RowValues{0.0});
  EXPECT_EQ(data::RowOf(batches[1], 0), data::RowValues{0.5});
  EXPECT_EQ(batches[1].schema().fields()[0].name, "x");
}

TEST_P(EngineConformance, RepartitionDealsRowsEvenly) {
  ASSERT_OK_AND_ASSIGN(const auto plan, plan::MakeRepartition(Numbers({10, 0, 1}), 4));
  ASSERT_OK_AND_ASSIGN(const auto execution, engine_->Prepare(plan));
  ASSERT_EQ(execution->num_partitions(), 4);
  std::mutex mutex;
  std::vector<int64_t> sizes(4);
  ASSERT_OK(engine_->RunTasks(*execution, 0, 4, [&](data::BatchStream& rows, const plan::TaskContext& task) -> Status {
    for (;;) {
      SAGESPARK_ASSIGN_OR_RETURN(const auto batch, rows.Next());
      if (!batch.has_value()) return Status::Ok();
      const std::lock_guard lock(mutex);
      sizes[task.partition] += batch->num_rows();
    }
  }));
  EXPECT_THAT(sizes, ElementsAre(3, 3, 3, 2));
  auto numbers = NumbersOf(*engine_->Collect(plan));
  std::sort(numbers.begin(), numbers.end());
  EXPECT_EQ(numbers, UpTo(11));
}

TEST_P(EngineConformance, CoalesceJoinsNeighbours) {
  ASSERT_OK_AND_ASSIGN(const auto plan, plan::MakeCoalesce(Numbers({1, 2, 3, 4, 5}), 2));
  EXPECT_EQ((*engine_->Prepare(plan))->num_partitions(), 2);
  EXPECT_EQ(NumbersOf(*engine_->Collect(plan)), UpTo(15));
  ASSERT_OK_AND_ASSIGN(const auto wider, plan::MakeCoalesce(Numbers({1, 1}), 5));
  EXPECT_EQ((*engine_->Prepare(wider))->num_partitions(), 2);
}

TEST_P(EngineConformance, SamplesWithOneSeedSplitTheRows) {
  const auto input = Numbers({500, 500});
  ASSERT_OK_AND_ASSIGN(const auto low, plan::MakeSample(input, 0, 0.25, 9));
  ASSERT_OK_AND_ASSIGN(const auto high, plan::MakeSample(input, 0.25, 1, 9));
  auto first = NumbersOf(*engine_->Collect(low));
  EXPECT_EQ(first, NumbersOf(*engine_->Collect(low)));
  EXPECT_NEAR(static_cast<double>(first.size()), 250, 60);
  for (const int64_t number : NumbersOf(*engine_->Collect(high))) first.push_back(number);
  std::sort(first.begin(), first.end());
  EXPECT_EQ(first, UpTo(1000));
}

TEST_P(EngineConformance, CacheComputesEachPartitionOnce) {
  Watch watch;
  const auto plan = Counted(Numbers({3, 4}), watch);
  engine_->Cache(plan);
  EXPECT_TRUE(engine_->IsCached(plan));
  EXPECT_THAT(engine_->Take(plan, 1), HasValue(SizeIs(1)));
  EXPECT_EQ(watch.opened, 1);  // Lazily, a partition at a time.
  ASSERT_OK_AND_ASSIGN(const auto filtered, plan::MakeFilter(plan, Compare(ExpressionKind::kGreater, 4)));
  EXPECT_THAT(NumbersOf(*engine_->Collect(filtered)), ElementsAre(5, 6));
  EXPECT_THAT(engine_->Count(plan), HasValue(7));
  EXPECT_EQ(watch.opened, 2);
  engine_->Uncache(plan);
  EXPECT_FALSE(engine_->IsCached(plan));
  EXPECT_THAT(engine_->Count(plan), HasValue(7));
  EXPECT_EQ(watch.opened, 4);
}

TEST_P(EngineConformance, CacheDoesNotKeepAFailedPartition) {
  std::atomic<bool> fail = true;
  const auto plan = plan::MakeMapBatches(Numbers({3}), "fails once", *NumberSchema(),
                                         [&](std::unique_ptr<data::BatchStream> rows, const plan::TaskContext&)
                                             -> Result<std::unique_ptr<data::BatchStream>> {
                                           if (fail.exchange(false)) return Unavailable("Not now");
                                           return rows;
                                         });
  engine_->Cache(plan);
  EXPECT_THAT(engine_->Count(plan), IsError(ErrorKind::kUnavailable, HasSubstr("Not now")));
  EXPECT_THAT(engine_->Count(plan), HasValue(3));
}

TEST_P(EngineConformance, TheFirstFailureWinsAndStopsTheOthers) {
  Watch watch;
  constexpr int64_t kForever = INT64_C(1) << 40;
  ASSERT_OK_AND_ASSIGN(const auto execution, engine_->Prepare(Source(2, kForever, watch)));
  const Status status = engine_->RunTasks(
      *execution, 0, 2, [&](data::BatchStream& rows, const plan::TaskContext& task) -> Status {
        for (;;) {
          SAGESPARK_ASSIGN_OR_RETURN(const auto batch, rows.Next());
          if (task.partition == 1) return CorruptData("Row is bad: 7");
        }
      });
  EXPECT_THAT(status, IsError(ErrorKind::kCorruptData, "Task failed in partition 1 after 100 rows: Row is bad: 7"));
}

TEST_P(EngineConformance, CancellationStopsAJob) {
  Watch watch;
  CancellationSource cancellation;
  constexpr int64_t kForever = INT64_C(1) << 40;
  ASSERT_OK_AND_ASSIGN(const auto execution, engine_->Prepare(Source(3, kForever, watch)));
  std::atomic<int> started = 0;
  const Status status = engine_->RunTasks(
      *execution, 0, 3,
      [&](data::BatchStream& rows, const plan::TaskContext&) -> Status {
        if (++started == 2) cancellation.Cancel();
        for (;;) SAGESPARK_RETURN_IF_ERROR(rows.Next());
      },
      cancellation.token());
  EXPECT_THAT(status, IsError(ErrorKind::kCancelled, HasSubstr("Cancelled")));
  EXPECT_EQ(started, 2);  // The third never starts.
}

TEST_P(EngineConformance, AMapperThatThrowsFailsTheJob) {
  const auto plan = plan::MakeMapBatches(
      Numbers({1}), "throws", *NumberSchema(),
      [](std::unique_ptr<data::BatchStream>, const plan::TaskContext&) -> Result<std::unique_ptr<data::BatchStream>> {
        throw std::runtime_error("out of order");
      });
  EXPECT_THAT(engine_->Count(plan), IsError(ErrorKind::kInternal, HasSubstr("out of order")));
}

// Memory does not grow with the rows: a batch is handed on before the next one is asked for.
TEST_P(EngineConformance, StreamsBatchesThroughWithoutGatheringThem) {
  if (!quirks().runs_tasks_here()) GTEST_SKIP() << "The test counts in its own memory";
  Watch made;
  ASSERT_OK_AND_ASSIGN(const auto filtered,
                       plan::MakeFilter(Source(2, 500, made), Compare(ExpressionKind::kGreaterOrEqual, 0)));
  ASSERT_OK_AND_ASSIGN(const auto plan, plan::MakeProject(filtered, {ColumnReference("x"), Literal(1.5)}));
  ASSERT_OK_AND_ASSIGN(const auto execution, engine_->Prepare(plan));
  std::atomic<int64_t> consumed = 0;
  std::atomic<int64_t> most = 0;
  ASSERT_OK(engine_->RunTasks(*execution, 0, 2, [&](data::BatchStream& rows, const plan::TaskContext&) -> Status {
    for (;;) {
      SAGESPARK_ASSIGN_OR_RETURN(const auto batch, rows.Next());
      if (!batch.has_value()) return Status::Ok();
      consumed += batch->num_rows();
      const int64_t in_flight = made.rows - consumed;
      if (in_flight > most) most = in_flight;
    }
  }));
  EXPECT_EQ(consumed, 100000);
  EXPECT_LE(most, 200);  // One batch a task.
}

}  // namespace
}  // namespace sagespark::engine::testing
