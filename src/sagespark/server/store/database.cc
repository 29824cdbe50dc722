#include "sagespark/server/store/database.h"

#include <sqlite3.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

namespace sagespark::server {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

constexpr const char* kPragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000;"
    "PRAGMA cache_size=-8000;";

Error SqliteError(sqlite3* database) {
  const int code = sqlite3_errcode(database) & 0xff;  // The low byte is the kind.
  const int extended = sqlite3_extended_errcode(database);
  const std::string message = std::string("Database refuses: ") + sqlite3_errmsg(database);
  if (extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY) return AlreadyExists(message);
  switch (code) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_BUSY: return Error(ErrorKind::kIo, message);
    default: return InternalError(message);
  }
}

}  // namespace

struct Statement::State {
  sqlite3* database = nullptr;
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement;
  bool in_use = false;
};

struct Connection::State {
  std::unique_ptr<sqlite3, CloseDatabase> database;
  std::multimap<std::string, Statement::State, std::less<>> statements;
};

Statement::Statement(Statement&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

Statement::~Statement() {
  if (state_ == nullptr) return;
  sqlite3_reset(state_->statement.get());
  sqlite3_clear_bindings(state_->statement.get());
  state_->in_use = false;
}

Statement& Statement::BindText(int parameter, std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_text64(state_->statement.get(), parameter, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::BindBlob(int parameter, std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_blob64(state_->statement.get(), parameter, data, value.size(), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::BindInt(int parameter, int64_t value) {
  sqlite3_bind_int64(state_->statement.get(), parameter, value);
  return *this;
}

Statement& Statement::BindDouble(int parameter, double value) {
  sqlite3_bind_double(state_->statement.get(), parameter, value);
  return *this;
}

Statement& Statement::BindNull(int parameter) {
  sqlite3_bind_null(state_->statement.get(), parameter);
  return *this;
}

Statement& Statement::BindOptionalText(int parameter, const std::optional<std::string>& value) {
  return value ? BindText(parameter, *value) : BindNull(parameter);
}

Result<bool> Statement::Step() {
  const int code = sqlite3_step(state_->statement.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return SqliteError(state_->database);
}

Status Statement::Run() {
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const bool more, Step());
    if (!more) return Status::Ok();
  }
}

std::string Statement::Text(int column) const {
  const void* data = sqlite3_column_blob(state_->statement.get(), column);
  const int size = sqlite3_column_bytes(state_->statement.get(), column);
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), static_cast<size_t>(size));
}

int64_t Statement::Int(int column) const { return sqlite3_column_int64(state_->statement.get(), column); }
double Statement::Double(int column) const { return sqlite3_column_double(state_->statement.get(), column); }

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(state_->statement.get(), column) == SQLITE_NULL;
}

std::optional<std::string> Statement::OptionalText(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Text(column);
}

void Statement::Reset() { sqlite3_reset(state_->statement.get()); }

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::~Connection() = default;

Result<Statement> Connection::Prepare(std::string_view sql) {
  auto [first, last] = state_->statements.equal_range(sql);
  for (auto entry = first; entry != last; ++entry) {
    if (entry->second.in_use) continue;
    entry->second.in_use = true;
    return Statement(&entry->second);
  }
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(state_->database.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) return SqliteError(state_->database.get()).WithContext("Statement does not prepare");
  Statement::State state;
  state.database = state_->database.get();
  state.statement.reset(prepared);
  state.in_use = true;
  const auto entry = state_->statements.emplace(std::string(sql), std::move(state));
  return Statement(&entry->second);
}

Status Connection::Execute(const std::string& sql) {
  if (sqlite3_exec(state_->database.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return Status::Ok();
  return SqliteError(state_->database.get());
}

int64_t Connection::changes() const { return sqlite3_changes64(state_->database.get()); }
int64_t Connection::last_insert_id() const { return sqlite3_last_insert_rowid(state_->database.get()); }

/// Writers queue; whoever finds no leader becomes it, and commits all that wait in one transaction, each in a
/// savepoint of its own. While it waits for the disk the next batch gathers.
class Database::Implementation {
 public:
  explicit Implementation(std::string path) : path_(std::move(path)) {}

  Status Open() {
    SAGESPARK_ASSIGN_OR_RETURN(writer_, NewConnection());
    return Status::Ok();
  }

  Status Write(const Body& body) {
    Waiter waiter{&body};
    std::unique_lock lock(write_mutex_);
    queue_.push_back(&waiter);
    while (!waiter.done && leading_) batch_done_.wait(lock);
    if (waiter.done) return std::move(waiter.status);
    leading_ = true;
    std::deque<Waiter*> batch;
    batch.swap(queue_);
    lock.unlock();
    RunBatch(batch);
    lock.lock();
    for (Waiter* member : batch) member->done = true;
    leading_ = false;
    batch_done_.notify_all();
    return std::move(waiter.status);
  }

  Status Read(const Body& body) {
    SAGESPARK_ASSIGN_OR_RETURN(std::unique_ptr<Connection> reader, TakeReader());
    Status status = reader->Execute("BEGIN");
    if (status.ok()) {
      status = body(*reader);
      const Status ended = reader->Execute("COMMIT");
      if (status.ok()) status = ended;
      if (!ended.ok()) return status;  // Do not keep a connection in an unknown state.
    }
    const std::lock_guard lock(read_mutex_);
    readers_.push_back(std::move(reader));
    return status;
  }

 private:
  struct Waiter {
    const Body* body;
    bool done = false;
    Status status;
  };

  void RunBatch(const std::deque<Waiter*>& batch) {
    Status status = writer_->Execute("BEGIN IMMEDIATE");
    for (Waiter* member : batch) {
      if (status.ok()) status = RunOne(*member);
    }
    if (status.ok()) status = writer_->Execute("COMMIT");
    if (status.ok()) return;
    (void)writer_->Execute("ROLLBACK");  // SQLite may have rolled back by itself.
    for (Waiter* member : batch) member->status = status;
  }

  /// An error means that the whole batch is lost; an error of the body alone goes to the member.
  Status RunOne(Waiter& member) {
    SAGESPARK_RETURN_IF_ERROR(writer_->Execute("SAVEPOINT member"));
    member.status = (*member.body)(*writer_);
    if (!member.status.ok()) SAGESPARK_RETURN_IF_ERROR(writer_->Execute("ROLLBACK TO member"));
    return writer_->Execute("RELEASE member");
  }

  Result<std::unique_ptr<Connection>> NewConnection() {
    auto state = std::make_unique<Connection::State>();
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(path_.c_str(), &database,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    state->database.reset(database);
    if (code != SQLITE_OK) return Error(ErrorKind::kIo, std::string("Database does not open: ") + path_);
    sqlite3_extended_result_codes(database, 1);
    auto connection = std::unique_ptr<Connection>(new Connection(std::move(state)));
    SAGESPARK_RETURN_IF_ERROR(connection->Execute(kPragmas));
    return connection;
  }

  Result<std::unique_ptr<Connection>> TakeReader() {
    {
      const std::lock_guard lock(read_mutex_);
      if (!readers_.empty()) {
        std::unique_ptr<Connection> reader = std::move(readers_.back());
        readers_.pop_back();
        return reader;
      }
    }
    return NewConnection();
  }

  const std::string path_;
  std::mutex write_mutex_;
  std::condition_variable batch_done_;
  std::deque<Waiter*> queue_;
  bool leading_ = false;
  std::unique_ptr<Connection> writer_;  ///< The leader's.
  std::mutex read_mutex_;
  std::vector<std::unique_ptr<Connection>> readers_;
};

Database::Database(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  auto implementation = std::make_unique<Implementation>(path);
  SAGESPARK_RETURN_IF_ERROR(implementation->Open());
  return std::unique_ptr<Database>(new Database(std::move(implementation)));
}

Status Database::Write(const Body& body) { return implementation_->Write(body); }
Status Database::Read(const Body& body) { return implementation_->Read(body); }

}  // namespace sagespark::server
