#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/clock.h"
#include "sagespark/base/result.h"
#include "sagespark/server/store/database.h"

namespace sagespark::server {

struct LogEvent {
  int64_t sequence = 0;   ///< Position in its stream, from 1.
  int64_t timestamp = 0;  ///< Milliseconds since 1970.
  std::string message;
};

struct LogGroupInfo {
  std::string name;
  int64_t creation_time = 0;  ///< Milliseconds since 1970.
  int64_t stored_bytes = 0;
};

struct LogStreamInfo {
  std::string name;
  int64_t creation_time = 0;
  std::optional<int64_t> first_event;  ///< Nothing for a stream without events.
  std::optional<int64_t> last_event;
};

enum class LogStreamOrder { kName, kLastEventTime };

/// The log groups and streams of CloudWatch Logs, in a SQLite database of their own. Thread-safe.
class LogStore {
 public:
  /// Opens or creates `path`.
  static Result<std::unique_ptr<LogStore>> Open(const std::string& path, const Clock& clock = Clock::System());

  /// Makes the stream and its group; one that exists is no error.
  Status CreateStream(std::string_view group, std::string_view stream);

  /// Fails with kAlreadyExists.
  Status CreateGroup(std::string_view group);

  /// Makes a stream in a group that exists. Fails with kNotFound or kAlreadyExists.
  Status CreateStreamInGroup(std::string_view group, std::string_view stream);

  /// With all its streams. Fails with kNotFound.
  Status DeleteGroup(std::string_view group);

  /// With all its events. Fails with kNotFound.
  Status DeleteStream(std::string_view group, std::string_view stream);

  /// Appends lines with the time of now, durably. Fails with kNotFound when the stream does not exist.
  Status Append(std::string_view group, std::string_view stream, const std::vector<std::string>& lines);

  /// Appends events with times of their own, in the order of their times, durably. Fails as Append.
  Status AppendEvents(std::string_view group, std::string_view stream, const std::vector<LogEvent>& events);

  /// Milliseconds since 1970, by the store's clock.
  int64_t Now() const;

  /// Groups whose name starts with `prefix` and is greater than `after`, by name.
  Result<std::vector<LogGroupInfo>> Groups(std::string_view prefix, std::string_view contains, std::string_view after, int64_t limit);

  /// Streams whose name starts with `prefix`, from the `offset`-th. Fails with kNotFound when the group does not exist.
  Result<std::vector<LogStreamInfo>> Streams(std::string_view group, std::string_view prefix, LogStreamOrder order, bool descending,
                                             int64_t offset, int64_t limit);

  struct EventRange {
    int64_t start_time = INT64_MIN;  ///< Inclusive.
    int64_t end_time = INT64_MAX;    ///< Exclusive.
    int64_t after = 0;               ///< Sequences greater than this ...
    int64_t before = INT64_MAX;      ///< ... and less than that.
    bool from_head = true;           ///< The first ones of the range, else the last ones.
    int64_t limit = 10'000;
  };

  /// The events of a range, oldest first. At most 1 MiB of messages (but one event at least), as CloudWatch answers.
  /// Fails with kNotFound when the stream does not exist.
  Result<std::vector<LogEvent>> Events(std::string_view group, std::string_view stream, const EventRange& range);

  /// A place among the events of a group, which are in the order of time, stream and sequence.
  struct GroupPosition {
    int64_t timestamp = INT64_MIN;
    int64_t stream = 0;
    int64_t sequence = 0;
  };
  struct GroupEvent {
    std::string stream;
    GroupPosition position;
    std::string message;
  };
  struct GroupRange {
    std::string stream_prefix;
    std::vector<std::string> streams;  ///< When not empty, these only.
    int64_t start_time = INT64_MIN;    ///< Inclusive.
    int64_t end_time = INT64_MAX;      ///< Inclusive.
    GroupPosition after;
    int64_t limit = 10'000;
  };

  /// Events of all streams of a group in that order; at most 1 MiB of messages, but one event at least. Fails with kNotFound when the group
  /// or one of `streams` does not exist.
  Result<std::vector<GroupEvent>> EventsOfGroup(std::string_view group, const GroupRange& range);

  /// The last sequence of the stream; 0 when it is empty.
  Result<int64_t> LastSequence(std::string_view group, std::string_view stream);

 private:
  LogStore(std::unique_ptr<Database> database, const Clock& clock) : database_(std::move(database)), clock_(clock) {}

  std::unique_ptr<Database> database_;
  const Clock& clock_;
};

}  // namespace sagespark::server
