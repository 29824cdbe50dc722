#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sagespark/base/result.h"

namespace sagespark::server {

class Connection;

/// A prepared statement in use; given back to its connection when destroyed. Parameters and columns count
/// from 1 and 0, as in SQLite.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& BindText(int parameter, std::string_view value);
  /// For bytes that may be no text; they compare by memcmp.
  Statement& BindBlob(int parameter, std::string_view value);
  Statement& BindInt(int parameter, int64_t value);
  Statement& BindDouble(int parameter, double value);
  Statement& BindNull(int parameter);
  Statement& BindOptionalText(int parameter, const std::optional<std::string>& value);

  /// Steps to the next row: true when there is one. Fails with kAlreadyExists when a unique or primary key is
  /// taken, kIo when the disk is full or broken, else kInternal.
  Result<bool> Step();

  /// Steps through all rows, which are dropped.
  Status Run();

  std::string Text(int column) const;  ///< Text or blob; empty for null.
  int64_t Int(int column) const;
  double Double(int column) const;
  bool IsNull(int column) const;
  std::optional<std::string> OptionalText(int column) const;

  /// Back to before the first row, parameters kept.
  void Reset();

 private:
  friend class Connection;
  struct State;
  explicit Statement(State* state) : state_(state) {}
  State* state_;
};

/// One SQLite connection within a Read or Write. Not thread-safe.
class Connection {
 public:
  ~Connection();

  /// Prepares `sql`, one statement; kept prepared for the next use. Fails with kInternal on an error in it.
  Result<Statement> Prepare(std::string_view sql);

  /// Runs one or several statements without parameters.
  Status Execute(const std::string& sql);

  /// Rows that the last INSERT, UPDATE or DELETE changed.
  int64_t changes() const;
  int64_t last_insert_id() const;

 private:
  friend class Database;
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A SQLite database in WAL mode with synchronous=FULL: a Write that returned Ok survives kill -9 and loss of
/// power. Thread-safe: reads run side by side, writes one after the other; writes that wait for the
/// disk together share one commit.
class Database {
 public:
  /// Opens or creates the file. Fails with kIo.
  static Result<std::unique_ptr<Database>> Open(const std::string& path);
  ~Database();

  using Body = std::function<Status(Connection& connection)>;

  /// Runs `body` in a transaction, commits it durably, then returns; an error of `body` undoes what it did.
  /// `body` must have no other effect and must not call Read or Write.
  Status Write(const Body& body);

  /// Runs `body` on a snapshot. It must not write.
  Status Read(const Body& body);

 private:
  class Implementation;
  explicit Database(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace sagespark::server
