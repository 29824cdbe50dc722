#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/clock.h"
#include "sagespark/base/json/value.h"
#include "sagespark/base/result.h"
#include "sagespark/server/store/database.h"

namespace sagespark::server {

/// What SageMaker keeps by name.
enum class RecordKind { kTrainingJob, kTransformJob, kModel, kEndpointConfig, kEndpoint, kAsyncInvocation };

/// One resource. Names are unique within a kind; the local cloud is one region, whatever it is called.
struct Record {
  std::string name;
  std::string arn;
  std::string status;  ///< Empty for kinds without one.
  SystemTime created;
  SystemTime modified;
  json::Value document;                     ///< As the describe operation answers.
  std::map<std::string, std::string> tags;
};

enum class RecordOrder { kName, kCreationTime, kStatus };

/// What a list operation asks for.
struct RecordQuery {
  std::string name_contains;
  std::string status;  ///< Empty for any.
  std::optional<SystemTime> created_after;
  std::optional<SystemTime> created_before;
  std::optional<SystemTime> modified_after;
  std::optional<SystemTime> modified_before;
  RecordOrder order = RecordOrder::kCreationTime;
  bool ascending = false;
  int64_t limit = 10;
  std::string token;  ///< Of an earlier page; empty for the first.
};

struct RecordPage {
  std::vector<Record> records;
  std::string next_token;  ///< Empty at the end. It names the last record, so records that come and go shift nothing.
};

/// The resources of SageMaker in SQLite. Thread-safe; what was acknowledged survives `kill -9`.
class RecordStore {
 public:
  /// Makes the tables when they are absent. `database` must outlive the store.
  static Result<std::unique_ptr<RecordStore>> Open(Database& database);

  /// Fails with kAlreadyExists when the name is taken.
  Status Insert(RecordKind kind, const Record& record);

  /// Fails with kNotFound.
  Result<Record> Get(RecordKind kind, std::string_view name);

  /// Changes a record in one transaction and returns it as it is then. An error of `change` leaves it as it was.
  /// Name, ARN and creation time stay. Fails with kNotFound.
  Result<Record> Update(RecordKind kind, std::string_view name, const std::function<Status(Record&)>& change);

  /// Fails with kNotFound.
  Status Delete(RecordKind kind, std::string_view name);

  /// Fails with kInvalidArgument for a token that no page gave.
  Result<RecordPage> List(RecordKind kind, const RecordQuery& query);

  /// The names of all records of that status.
  Result<std::vector<std::string>> NamesWithStatus(RecordKind kind, std::string_view status);

  /// How many records there are of each status.
  Result<std::map<std::string, int64_t>> CountByStatus(RecordKind kind);

  /// Changes all records of that status, each as Update does, until one fails.
  Status UpdateAll(RecordKind kind, std::string_view status, const std::function<Status(Record&)>& change);

 private:
  explicit RecordStore(Database& database) : database_(database) {}

  Database& database_;
};

}  // namespace sagespark::server
