#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/engine/engine.h"
#include "sagespark/io/file_system.h"
#include "sagespark/sql/row.h"
#include "sagespark/sql/types.h"

namespace sagespark::sql {

class DataFrame;
class DataFrameReader;

/// A session's settings; copies share them. Thread-safe.
class RuntimeConfig {
 public:
  /// Throws SparkException (kNotFound) when the key is not set.
  std::string get(const std::string& key) const;
  std::string get(const std::string& key, const std::string& default_value) const;
  std::optional<std::string> getOption(const std::string& key) const;
  void set(const std::string& key, std::string value);
  void unset(const std::string& key);

 private:
  friend class SparkSession;
  struct State;
  explicit RuntimeConfig(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// The entry point. Copies share one session, which lives as long as any of them or of its DataFrames.
///
///   auto spark = SparkSession::builder().appName("demo").master("local[*]").getOrCreate();
class SparkSession {
 public:
  class Builder {
   public:
    Builder& appName(std::string name);

    /// "local" (one task at a time), "local[N]" or "local[*]" (one a core; the default).
    Builder& master(std::string master);
    Builder& config(std::string key, std::string value);

    /// The session that exists, with these settings added, or a new one. Throws SparkException on a master that is none.
    SparkSession getOrCreate();

   private:
    std::map<std::string, std::string> settings_;
  };

  static Builder builder() { return {}; }

  DataFrameReader read() const;

  /// Throws SparkException, naming row and column, when a row does not fit `schema`.
  DataFrame createDataFrame(const std::vector<Row>& rows, StructType schema) const;

  /// Types from the first row: double, bigint, string, vector ...; null cells below are allowed.
  DataFrame createDataFrame(const std::vector<Row>& rows, const std::vector<std::string>& names) const;

  /// One column "id" of type bigint: start, start + step ... below end, in `partitions` (0: as many as the cores).
  DataFrame range(int64_t end) const;
  DataFrame range(int64_t start, int64_t end, int64_t step = 1, int partitions = 0) const;

  RuntimeConfig conf() const;
  std::string version() const;

  /// Forgets the session, so that the next getOrCreate makes a new one.
  void stop();

  /// What the other facades build on.
  engine::Engine& engine() const;
  const std::shared_ptr<const io::FileSystems>& fileSystems() const;

 private:
  struct State;
  explicit SparkSession(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace sagespark::sql
