#include "sagespark/server/logs/log_store.h"

#include <algorithm>

#include "sagespark/server/errors.h"

namespace sagespark::server {
namespace {

constexpr char kSchema[] = R"sql(
CREATE TABLE IF NOT EXISTS log_groups (
  name TEXT PRIMARY KEY, creation_time INTEGER NOT NULL, stored_bytes INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_streams (
  id INTEGER PRIMARY KEY, log_group TEXT NOT NULL, name TEXT NOT NULL, creation_time INTEGER NOT NULL,
  first_event INTEGER, last_event INTEGER, last_sequence INTEGER NOT NULL DEFAULT 0, UNIQUE (log_group, name));
CREATE TABLE IF NOT EXISTS log_events (
  stream INTEGER NOT NULL, sequence INTEGER NOT NULL, timestamp INTEGER NOT NULL, message TEXT NOT NULL,
  PRIMARY KEY (stream, sequence)) WITHOUT ROWID;
)sql";

constexpr size_t kMostMessageBytes = 1 << 20;

Error NoSuchGroup() {
  return CodedError(ErrorKind::kNotFound, "ResourceNotFoundException", "The specified log group does not exist.");
}
Error NoSuchStream() {
  return CodedError(ErrorKind::kNotFound, "ResourceNotFoundException", "The specified log stream does not exist.");
}

Error AlreadyThere(const std::string& what) {
  return CodedError(ErrorKind::kAlreadyExists, "ResourceAlreadyExistsException", "The specified log " + what + " already exists");
}

Status CheckGroup(Connection& connection, std::string_view group) {
  SAGESPARK_ASSIGN_OR_RETURN(Statement select, connection.Prepare("SELECT 1 FROM log_groups WHERE name = ?"));
  SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.BindText(1, group).Step());
  if (!found) return NoSuchGroup();
  return Status::Ok();
}

struct StreamPosition {
  int64_t id;
  int64_t last_sequence;
};

Result<StreamPosition> FindStream(Connection& connection, std::string_view group, std::string_view stream) {
  SAGESPARK_RETURN_IF_ERROR(CheckGroup(connection, group));
  SAGESPARK_ASSIGN_OR_RETURN(Statement select,
                             connection.Prepare("SELECT id, last_sequence FROM log_streams WHERE log_group = ? AND name = ?"));
  SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.BindText(1, group).BindText(2, stream).Step());
  if (!found) return NoSuchStream();
  return StreamPosition{select.Int(0), select.Int(1)};
}

std::optional<int64_t> OptionalInt(const Statement& statement, int column) {
  return statement.IsNull(column) ? std::nullopt : std::optional(statement.Int(column));
}

std::string StreamsQuery(LogStreamOrder order, bool descending) {
  const std::string direction = descending ? " DESC" : "";
  const std::string by = order == LogStreamOrder::kName ? "name" + direction : "coalesce(last_event, 0)" + direction + ", name";
  return "SELECT name, creation_time, first_event, last_event FROM log_streams WHERE log_group = ? AND substr(name, 1, length(?)) = ? "
         "ORDER BY " + by + " LIMIT ? OFFSET ?";
}

std::string GroupQuery(size_t streams) {
  std::string query =
      "SELECT s.name, e.timestamp, e.stream, e.sequence, e.message FROM log_streams s JOIN log_events e ON e.stream = s.id "
      "WHERE s.log_group = ?1 AND substr(s.name, 1, length(?2)) = ?3 AND e.timestamp >= ?4 AND e.timestamp <= ?5 "
      "AND (e.timestamp, e.stream, e.sequence) > (?6, ?7, ?8)";
  for (size_t i = 0; i < streams; ++i) query += (i == 0 ? " AND s.name IN (?" : ", ?") + std::to_string(10 + i);
  return query + (streams > 0 ? ")" : "") + " ORDER BY e.timestamp, e.stream, e.sequence LIMIT ?9";
}

}  // namespace

Result<std::unique_ptr<LogStore>> LogStore::Open(const std::string& path, const Clock& clock) {
  SAGESPARK_ASSIGN_OR_RETURN(auto database, Database::Open(path));
  SAGESPARK_RETURN_IF_ERROR(database->Write([](Connection& connection) { return connection.Execute(kSchema); }));
  return std::unique_ptr<LogStore>(new LogStore(std::move(database), clock));
}

int64_t LogStore::Now() const {
  return std::chrono::duration_cast<milliseconds>(clock_.Now().time_since_epoch()).count();
}

Status LogStore::CreateStream(std::string_view group, std::string_view stream) {
  return database_->Write([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(Statement add_group,
                               connection.Prepare("INSERT OR IGNORE INTO log_groups (name, creation_time) VALUES (?, ?)"));
    SAGESPARK_RETURN_IF_ERROR(add_group.BindText(1, group).BindInt(2, Now()).Run());
    SAGESPARK_ASSIGN_OR_RETURN(
        Statement add_stream, connection.Prepare("INSERT OR IGNORE INTO log_streams (log_group, name, creation_time) VALUES (?, ?, ?)"));
    return add_stream.BindText(1, group).BindText(2, stream).BindInt(3, Now()).Run();
  });
}

Status LogStore::CreateGroup(std::string_view group) {
  return database_->Write([&](Connection& connection) -> Status {
    if (CheckGroup(connection, group).ok()) return AlreadyThere("group");
    SAGESPARK_ASSIGN_OR_RETURN(Statement insert, connection.Prepare("INSERT INTO log_groups (name, creation_time) VALUES (?, ?)"));
    return insert.BindText(1, group).BindInt(2, Now()).Run();
  });
}

Status LogStore::CreateStreamInGroup(std::string_view group, std::string_view stream) {
  return database_->Write([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(CheckGroup(connection, group));
    if (FindStream(connection, group, stream).ok()) return AlreadyThere("stream");
    SAGESPARK_ASSIGN_OR_RETURN(Statement insert,
                               connection.Prepare("INSERT INTO log_streams (log_group, name, creation_time) VALUES (?, ?, ?)"));
    return insert.BindText(1, group).BindText(2, stream).BindInt(3, Now()).Run();
  });
}

Status LogStore::DeleteGroup(std::string_view group) {
  return database_->Write([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(CheckGroup(connection, group));
    for (const char* query : {"DELETE FROM log_events WHERE stream IN (SELECT id FROM log_streams WHERE log_group = ?)",
                              "DELETE FROM log_streams WHERE log_group = ?", "DELETE FROM log_groups WHERE name = ?"}) {
      SAGESPARK_ASSIGN_OR_RETURN(Statement remove, connection.Prepare(query));
      SAGESPARK_RETURN_IF_ERROR(remove.BindText(1, group).Run());
    }
    return Status::Ok();
  });
}

Status LogStore::DeleteStream(std::string_view group, std::string_view stream) {
  return database_->Write([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(const StreamPosition position, FindStream(connection, group, stream));
    for (const char* query : {"DELETE FROM log_events WHERE stream = ?", "DELETE FROM log_streams WHERE id = ?"}) {
      SAGESPARK_ASSIGN_OR_RETURN(Statement remove, connection.Prepare(query));
      SAGESPARK_RETURN_IF_ERROR(remove.BindInt(1, position.id).Run());
    }
    return Status::Ok();
  });
}

Status LogStore::Append(std::string_view group, std::string_view stream, const std::vector<std::string>& lines) {
  std::vector<LogEvent> events;
  for (const std::string& line : lines) events.push_back({.timestamp = Now(), .message = line});
  return AppendEvents(group, stream, events);
}

Status LogStore::AppendEvents(std::string_view group, std::string_view stream, const std::vector<LogEvent>& events) {
  if (events.empty()) return Status::Ok();
  return database_->Write([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(StreamPosition position, FindStream(connection, group, stream));
    SAGESPARK_ASSIGN_OR_RETURN(
        Statement insert, connection.Prepare("INSERT INTO log_events (stream, sequence, timestamp, message) VALUES (?, ?, ?, ?)"));
    int64_t bytes = 0;
    for (const LogEvent& event : events) {
      insert.Reset();
      SAGESPARK_RETURN_IF_ERROR(insert.BindInt(1, position.id)
                                    .BindInt(2, ++position.last_sequence)
                                    .BindInt(3, event.timestamp)
                                    .BindText(4, event.message)
                                    .Run());
      bytes += static_cast<int64_t>(event.message.size());
    }
    SAGESPARK_ASSIGN_OR_RETURN(Statement update_stream,
                               connection.Prepare("UPDATE log_streams SET last_sequence = ?1, last_event = max(coalesce(last_event, ?2), ?2), "
                                                  "first_event = min(coalesce(first_event, ?3), ?3) WHERE id = ?4"));
    update_stream.BindInt(1, position.last_sequence).BindInt(2, events.back().timestamp).BindInt(3, events.front().timestamp);
    SAGESPARK_RETURN_IF_ERROR(update_stream.BindInt(4, position.id).Run());
    SAGESPARK_ASSIGN_OR_RETURN(Statement update_group,
                               connection.Prepare("UPDATE log_groups SET stored_bytes = stored_bytes + ? WHERE name = ?"));
    return update_group.BindInt(1, bytes).BindText(2, group).Run();
  });
}

Result<std::vector<LogGroupInfo>> LogStore::Groups(std::string_view prefix, std::string_view contains, std::string_view after,
                                                   int64_t limit) {
  std::vector<LogGroupInfo> groups;
  SAGESPARK_RETURN_IF_ERROR(database_->Read([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(
        Statement select, connection.Prepare("SELECT name, creation_time, stored_bytes FROM log_groups WHERE name > ? "
                                             "AND substr(name, 1, length(?)) = ? AND instr(name, ?) > 0 ORDER BY name LIMIT ?"));
    select.BindText(1, after).BindText(2, prefix).BindText(3, prefix).BindText(4, contains).BindInt(5, limit);
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.Step());
      if (!found) return Status::Ok();
      groups.push_back({select.Text(0), select.Int(1), select.Int(2)});
    }
  }));
  return groups;
}

Result<std::vector<LogStreamInfo>> LogStore::Streams(std::string_view group, std::string_view prefix, LogStreamOrder order,
                                                     bool descending, int64_t offset, int64_t limit) {
  std::vector<LogStreamInfo> streams;
  SAGESPARK_RETURN_IF_ERROR(database_->Read([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(CheckGroup(connection, group));
    SAGESPARK_ASSIGN_OR_RETURN(Statement select, connection.Prepare(StreamsQuery(order, descending)));
    select.BindText(1, group).BindText(2, prefix).BindText(3, prefix).BindInt(4, limit).BindInt(5, offset);
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.Step());
      if (!found) return Status::Ok();
      streams.push_back({select.Text(0), select.Int(1), OptionalInt(select, 2), OptionalInt(select, 3)});
    }
  }));
  return streams;
}

Result<std::vector<LogEvent>> LogStore::Events(std::string_view group, std::string_view stream, const EventRange& range) {
  std::vector<LogEvent> events;
  SAGESPARK_RETURN_IF_ERROR(database_->Read([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(const StreamPosition position, FindStream(connection, group, stream));
    SAGESPARK_ASSIGN_OR_RETURN(
        Statement select,
        connection.Prepare(std::string("SELECT sequence, timestamp, message FROM log_events WHERE stream = ? AND sequence > ? AND "
                                       "sequence < ? AND timestamp >= ? AND timestamp < ? ORDER BY sequence ") +
                           (range.from_head ? "ASC" : "DESC") + " LIMIT ?"));
    select.BindInt(1, position.id).BindInt(2, range.after).BindInt(3, range.before).BindInt(4, range.start_time);
    select.BindInt(5, range.end_time).BindInt(6, range.limit);
    size_t bytes = 0;
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.Step());
      if (!found) return Status::Ok();
      LogEvent event{select.Int(0), select.Int(1), select.Text(2)};
      bytes += event.message.size();
      if (bytes > kMostMessageBytes && !events.empty()) return Status::Ok();
      events.push_back(std::move(event));
    }
  }));
  if (!range.from_head) std::reverse(events.begin(), events.end());
  return events;
}

Result<std::vector<LogStore::GroupEvent>> LogStore::EventsOfGroup(std::string_view group, const GroupRange& range) {
  std::vector<GroupEvent> events;
  SAGESPARK_RETURN_IF_ERROR(database_->Read([&](Connection& connection) -> Status {
    SAGESPARK_RETURN_IF_ERROR(CheckGroup(connection, group));
    for (const std::string& stream : range.streams) SAGESPARK_RETURN_IF_ERROR(FindStream(connection, group, stream).status());
    SAGESPARK_ASSIGN_OR_RETURN(Statement select, connection.Prepare(GroupQuery(range.streams.size())));
    select.BindText(1, group).BindText(2, range.stream_prefix).BindText(3, range.stream_prefix);
    select.BindInt(4, range.start_time).BindInt(5, range.end_time);
    select.BindInt(6, range.after.timestamp).BindInt(7, range.after.stream).BindInt(8, range.after.sequence).BindInt(9, range.limit);
    int parameter = 9;
    for (const std::string& stream : range.streams) select.BindText(++parameter, stream);
    size_t bytes = 0;
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const bool found, select.Step());
      if (!found) return Status::Ok();
      GroupEvent event{select.Text(0), {select.Int(1), select.Int(2), select.Int(3)}, select.Text(4)};
      bytes += event.message.size();
      if (bytes > kMostMessageBytes && !events.empty()) return Status::Ok();
      events.push_back(std::move(event));
    }
  }));
  return events;
}

Result<int64_t> LogStore::LastSequence(std::string_view group, std::string_view stream) {
  int64_t last = 0;
  SAGESPARK_RETURN_IF_ERROR(database_->Read([&](Connection& connection) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(const StreamPosition position, FindStream(connection, group, stream));
    last = position.last_sequence;
    return Status::Ok();
  }));
  return last;
}

}  // namespace sagespark::server
