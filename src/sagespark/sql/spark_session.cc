#include "sagespark/sql/spark_session.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "sagespark/base/memory.h"
#include "sagespark/engine/local/local_engine.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/sql/data_frame_reader.h"
#include "sagespark/sql/file_systems.h"
#include "sagespark/sql/session_state.h"

namespace sagespark::sql {
namespace {

constexpr const char* kMaster = "spark.master";
constexpr const char* kAppName = "spark.app.name";

/// Bytes as Spark writes them in settings: "134217728", "134217728b", "128k", "128MB", "1g".
Result<int64_t> ParseBytes(const std::string& key, const std::string& text) {
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  std::string unit(end, text.data() + text.size());
  for (char& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (unit.size() > 1 && unit.ends_with('b')) unit.pop_back();
  constexpr std::string_view kUnits = "bkmgt";
  const size_t power = unit.empty() ? 0 : kUnits.find(unit);
  if (error != std::errc() || count < 0 || power == kUnits.npos || unit.size() > 1) {
    return InvalidArgument("Setting is no size in bytes: " + key + " is \"" + text + "\"");
  }
  return count << (10 * power);
}

Status ReadSize(const std::map<std::string, std::string>& settings, const char* key, int64_t& target) {
  const auto found = settings.find(key);
  if (found == settings.end()) return Status::Ok();
  SAGESPARK_ASSIGN_OR_RETURN(target, ParseBytes(key, found->second));
  return Status::Ok();
}

Result<engine::local::LocalEngineSettings> EngineSettings(const std::map<std::string, std::string>& settings) {
  engine::local::LocalEngineSettings engine;
  const auto master = settings.find(kMaster);
  SAGESPARK_ASSIGN_OR_RETURN(engine.parallelism,
                             engine::local::ParseLocalMaster(master == settings.end() ? "local[*]" : master->second));
  SAGESPARK_RETURN_IF_ERROR(ReadSize(settings, "spark.sql.files.maxPartitionBytes", engine.splits.max_partition_bytes));
  SAGESPARK_RETURN_IF_ERROR(ReadSize(settings, "spark.sql.files.openCostInBytes", engine.splits.open_cost_bytes));
  return engine;
}

std::vector<data::RowValues> ValuesOf(const std::vector<Row>& rows, size_t first, size_t end) {
  std::vector<data::RowValues> values;
  for (size_t i = first; i < end; ++i) values.push_back(rows[i].values());
  return values;
}

/// The types of the first cells that are not null.
StructType InferSchema(const std::vector<Row>& rows, const std::vector<std::string>& names) {
  std::vector<StructField> fields;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto known = std::find_if(rows.begin(), rows.end(),
                                    [i](const Row& row) { return i < row.size() && !row.isNullAt(i); });
    fields.push_back({.name = names[i], .type = known == rows.end() ? StringType : known->get(i).InferType()});
  }
  return StructType(std::move(fields));
}

struct CurrentSession {
  std::mutex mutex;
  std::weak_ptr<void> state;
};

CurrentSession& Current() {
  static CurrentSession current;
  return current;
}

}  // namespace

SparkSession::Builder& SparkSession::Builder::appName(std::string name) { return config(kAppName, std::move(name)); }

SparkSession::Builder& SparkSession::Builder::master(std::string master) { return config(kMaster, std::move(master)); }

SparkSession::Builder& SparkSession::Builder::config(std::string key, std::string value) {
  settings_[std::move(key)] = std::move(value);
  return *this;
}

SparkSession SparkSession::Builder::getOrCreate() {
  const std::lock_guard lock(Current().mutex);
  auto state = std::static_pointer_cast<State>(Current().state.lock());
  if (state == nullptr) {
    GiveBackFreedMemory();
    state = std::make_shared<State>();
    state->file_systems = MakeFileSystems(settings_);
    state->engine = engine::local::MakeLocalEngine(state->file_systems, OrThrow(EngineSettings(settings_)));
    Current().state = state;
  }
  SparkSession session(std::move(state));
  for (const auto& [key, value] : settings_) session.conf().set(key, value);
  return session;
}

DataFrameReader SparkSession::read() const { return DataFrameReader(*this); }

DataFrame SparkSession::createDataFrame(const std::vector<Row>& rows, StructType schema) const {
  const auto shared = std::make_shared<const StructType>(std::move(schema));
  const size_t count = std::clamp<size_t>(rows.size(), 1, engine().parallelism());
  std::vector<std::vector<data::Batch>> partitions(count);
  for (size_t i = 0; i < count; ++i) {
    const auto values = ValuesOf(rows, i * rows.size() / count, (i + 1) * rows.size() / count);
    partitions[i].push_back(OrThrow(data::BatchFromRows(shared, values)));
  }
  return {*this, OrThrowAnalysis(plan::MakeLocalRelation(shared, std::move(partitions)))};
}

DataFrame SparkSession::createDataFrame(const std::vector<Row>& rows, const std::vector<std::string>& names) const {
  return createDataFrame(rows, InferSchema(rows, names));
}

DataFrame SparkSession::range(int64_t end) const { return range(0, end); }

DataFrame SparkSession::range(int64_t start, int64_t end, int64_t step, int partitions) const {
  if (step == 0) throw AnalysisException(InvalidArgument("requirement failed: step (0) cannot be 0"));
  const auto schema = std::make_shared<const StructType>(
      std::vector<StructField>{{.name = "id", .type = LongType, .nullable = false}});
  const int64_t rows = std::max<int64_t>(0, (end - start + step + (step > 0 ? -1 : 1)) / step);
  const int64_t count = partitions > 0 ? partitions : engine().parallelism();
  std::vector<std::vector<data::Batch>> parts(count);
  for (int64_t i = 0; i < count; ++i) {
    std::vector<data::RowValues> values;
    for (int64_t row = i * rows / count; row < (i + 1) * rows / count; ++row) {
      values.push_back({Value(start + row * step)});
    }
    parts[i].push_back(OrThrow(data::BatchFromRows(schema, values)));
  }
  return {*this, OrThrowAnalysis(plan::MakeLocalRelation(schema, std::move(parts)))};
}

RuntimeConfig SparkSession::conf() const { return RuntimeConfig(state_->config); }

std::string SparkSession::version() const { return "4.3.0"; }

void SparkSession::stop() {
  const std::lock_guard lock(Current().mutex);
  if (Current().state.lock() == state_) Current().state.reset();
}

engine::Engine& SparkSession::engine() const { return *state_->engine; }

const std::shared_ptr<const io::FileSystems>& SparkSession::fileSystems() const { return state_->file_systems; }

}  // namespace sagespark::sql
