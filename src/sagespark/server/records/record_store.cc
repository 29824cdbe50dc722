#include "sagespark/server/records/record_store.h"

#include "sagespark/base/digest.h"
#include "sagespark/base/log.h"

namespace sagespark::server {
namespace {

constexpr char kSchema[] = R"sql(
CREATE TABLE IF NOT EXISTS records (
  kind TEXT NOT NULL, name TEXT NOT NULL, arn TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL, document TEXT NOT NULL, tags TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_by_creation ON records (kind, created, name);
CREATE INDEX IF NOT EXISTS records_by_status ON records (kind, status);
)sql";

constexpr char kColumns[] = "name, arn, status, created, modified, document, tags";

const char* KindName(RecordKind kind) {
  switch (kind) {
    case RecordKind::kTrainingJob: return "training-job";
    case RecordKind::kTransformJob: return "transform-job";
    case RecordKind::kModel: return "model";
    case RecordKind::kEndpointConfig: return "endpoint-config";
    case RecordKind::kEndpoint: return "endpoint";
    case RecordKind::kAsyncInvocation: return "async-invocation";
  }
  return "";
}

/// A resource's life, in the log. Why one failed may quote its data, and stays out.
void LogEvent(const char* event, RecordKind kind, std::string_view name, std::string_view status) {
  Log(LogLevel::kInfo, event, {{"kind", KindName(kind)}, {"name", name}, {"status", status}});
}

int64_t ToMillis(SystemTime time) { return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count(); }

json::Value TagsToJson(const std::map<std::string, std::string>& tags) {
  return json::Object(tags.begin(), tags.end());
}

Result<Record> RecordOf(const Statement& row) {
  Record record{.name = row.Text(0),
                .arn = row.Text(1),
                .status = row.Text(2),
                .created = SystemTime(milliseconds(row.Int(3))),
                .modified = SystemTime(milliseconds(row.Int(4)))};
  SAGESPARK_ASSIGN_OR_RETURN(record.document, json::Parse(row.Text(5)));
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value tags, json::Parse(row.Text(6)));
  for (const auto& [key, value] : *tags.if_object()) record.tags[key] = *value.if_string();
  return record;
}

Result<Record> Select(Connection& connection, RecordKind kind, std::string_view name) {
  SAGESPARK_ASSIGN_OR_RETURN(
      Statement select, connection.Prepare(std::string("SELECT ") + kColumns + " FROM records WHERE kind = ? AND name = ?"));
  SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.BindText(1, KindName(kind)).BindText(2, name).Step());
  if (!found) return NotFound("No such " + std::string(KindName(kind)) + ": " + std::string(name));
  return RecordOf(select);
}

const char* OrderColumn(RecordOrder order) {
  switch (order) {
    case RecordOrder::kName: return "name";
    case RecordOrder::kStatus: return "status";
    case RecordOrder::kCreationTime: return "created";
  }
  return "created";
}

std::string TokenOf(const Record& last, RecordOrder order) {
  const json::Value key = order == RecordOrder::kName ? json::Value(last.name)
                          : order == RecordOrder::kStatus ? json::Value(last.status)
                                                          : json::Value(ToMillis(last.created));
  return ToHex(json::Dump(json::Array{OrderColumn(order), key, last.name}));
}

struct Position {
  json::Value key;
  std::string name;
};

Result<Position> PositionOf(const std::string& token, RecordOrder order) {
  const Error bad = InvalidArgument("Invalid NextToken: it was not given by this operation with this SortBy");
  const auto text = FromHex(token);
  if (!text) return bad;
  const auto parsed = json::Parse(*text);
  const json::Array* parts = parsed.ok() ? parsed->if_array() : nullptr;
  if (parts == nullptr || parts->size() != 3 || parts->at(0) != json::Value(OrderColumn(order))) return bad;
  const bool is_time = order == RecordOrder::kCreationTime;
  if ((is_time ? parts->at(1).if_int() == nullptr : parts->at(1).if_string() == nullptr) || parts->at(2).if_string() == nullptr) return bad;
  return Position{parts->at(1), *parts->at(2).if_string()};
}

/// A WHERE clause whose parameters are bound in the order in which they were added.
class Conditions {
 public:
  void Add(const std::string& condition, json::Value value) {
    text_ += (text_.empty() ? "" : " AND ") + condition;
    values_.push_back(std::move(value));
  }
  void AddAfter(const Position& position, const char* column, bool ascending) {
    text_ += " AND (" + std::string(column) + ", name) " + (ascending ? ">" : "<") + " (?, ?)";
    values_.push_back(position.key);
    values_.push_back(position.name);
  }
  const std::string& text() const { return text_; }
  int Bind(Statement& statement) const {
    int parameter = 0;
    for (const json::Value& value : values_) {
      ++parameter;
      if (value.if_int() != nullptr) statement.BindInt(parameter, *value.if_int());
      else statement.BindText(parameter, *value.if_string());
    }
    return parameter;
  }

 private:
  std::string text_;
  json::Array values_;
};

Conditions ConditionsOf(RecordKind kind, const RecordQuery& query) {
  Conditions conditions;
  conditions.Add("kind = ?", KindName(kind));
  if (!query.name_contains.empty()) conditions.Add("instr(lower(name), lower(?)) > 0", query.name_contains);
  if (!query.status.empty()) conditions.Add("status = ?", query.status);
  if (query.created_after) conditions.Add("created > ?", ToMillis(*query.created_after));
  if (query.created_before) conditions.Add("created < ?", ToMillis(*query.created_before));
  if (query.modified_after) conditions.Add("modified > ?", ToMillis(*query.modified_after));
  if (query.modified_before) conditions.Add("modified < ?", ToMillis(*query.modified_before));
  return conditions;
}

}  // namespace

Result<std::unique_ptr<RecordStore>> RecordStore::Open(Database& database) {
  SAGESPARK_RETURN_IF_ERROR(database.Write([](Connection& connection) { return connection.Execute(kSchema); }));
  return std::unique_ptr<RecordStore>(new RecordStore(database));
}

Status RecordStore::Insert(RecordKind kind, const Record& record) {
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(Statement insert, connection.Prepare(std::string("INSERT INTO records (kind, ") + kColumns +
                                                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    insert.BindText(1, KindName(kind)).BindText(2, record.name).BindText(3, record.arn).BindText(4, record.status);
    insert.BindInt(5, ToMillis(record.created)).BindInt(6, ToMillis(record.modified)).BindText(7, json::Dump(record.document));
    return insert.BindText(8, json::Dump(TagsToJson(record.tags))).Run();
  }));
  LogEvent("created", kind, record.name, record.status);
  return Status::Ok();
}

Result<Record> RecordStore::Get(RecordKind kind, std::string_view name) {
  std::optional<Record> record;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(record, Select(connection, kind, name));
    return Status::Ok();
  }));
  return *std::move(record);
}

Result<Record> RecordStore::Update(RecordKind kind, std::string_view name, const std::function<Status(Record&)>& change) {
  std::optional<Record> record;
  std::string old_status;
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(record, Select(connection, kind, name));
    old_status = record->status;
    SAGESPARK_RETURN_IF_ERROR(change(*record));
    SAGESPARK_ASSIGN_OR_RETURN(Statement update,
                               connection.Prepare("UPDATE records SET status = ?, modified = ?, document = ?, tags = ? WHERE kind = ? AND name = ?"));
    update.BindText(1, record->status).BindInt(2, ToMillis(record->modified)).BindText(3, json::Dump(record->document));
    update.BindText(4, json::Dump(TagsToJson(record->tags))).BindText(5, KindName(kind)).BindText(6, name);
    return update.Run();
  }));
  if (record->status != old_status) LogEvent("changed", kind, name, record->status);
  return *std::move(record);
}

Status RecordStore::Delete(RecordKind kind, std::string_view name) {
  SAGESPARK_RETURN_IF_ERROR(database_.Write([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(Select(connection, kind, name).status());
    SAGESPARK_ASSIGN_OR_RETURN(Statement remove, connection.Prepare("DELETE FROM records WHERE kind = ? AND name = ?"));
    return remove.BindText(1, KindName(kind)).BindText(2, name).Run();
  }));
  LogEvent("deleted", kind, name, "");
  return Status::Ok();
}

Result<RecordPage> RecordStore::List(RecordKind kind, const RecordQuery& query) {
  Conditions conditions = ConditionsOf(kind, query);
  const char* column = OrderColumn(query.order);
  if (!query.token.empty()) {
    SAGESPARK_ASSIGN_OR_RETURN(const Position position, PositionOf(query.token, query.order));
    conditions.AddAfter(position, column, query.ascending);
  }
  const std::string direction = query.ascending ? " ASC" : " DESC";
  const std::string sql = std::string("SELECT ") + kColumns + " FROM records WHERE " + conditions.text() + " ORDER BY " + column + direction +
                          ", name" + direction + " LIMIT ?";
  RecordPage page;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(Statement select, connection.Prepare(sql));
    const int bound = conditions.Bind(select);
    select.BindInt(bound + 1, query.limit + 1);
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.Step());
      if (!found) return Status::Ok();
      SAGESPARK_ASSIGN_OR_RETURN(Record record, RecordOf(select));
      page.records.push_back(std::move(record));
    }
  }));
  if (static_cast<int64_t>(page.records.size()) > query.limit) {
    page.records.pop_back();
    page.next_token = TokenOf(page.records.back(), query.order);
  }
  return page;
}

Result<std::vector<std::string>> RecordStore::NamesWithStatus(RecordKind kind, std::string_view status) {
  std::vector<std::string> names;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(Statement select, connection.Prepare("SELECT name FROM records WHERE kind = ? AND status = ? ORDER BY created, name"));
    select.BindText(1, KindName(kind)).BindText(2, status);
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.Step());
      if (!found) return Status::Ok();
      names.push_back(select.Text(0));
    }
  }));
  return names;
}

Result<std::map<std::string, int64_t>> RecordStore::CountByStatus(RecordKind kind) {
  std::map<std::string, int64_t> counts;
  SAGESPARK_RETURN_IF_ERROR(database_.Read([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(Statement select, connection.Prepare("SELECT status, COUNT(*) FROM records WHERE kind = ? GROUP BY status"));
    select.BindText(1, KindName(kind));
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.Step());
      if (!found) return Status::Ok();
      counts[select.Text(0)] = select.Int(1);
    }
  }));
  return counts;
}

Status RecordStore::UpdateAll(RecordKind kind, std::string_view status, const std::function<Status(Record&)>& change) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto names, NamesWithStatus(kind, status));
  for (const std::string& name : names) SAGESPARK_RETURN_IF_ERROR(Update(kind, name, change).status());
  return Status::Ok();
}

}  // namespace sagespark::server
