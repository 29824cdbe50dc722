#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/io/file_system.h"

namespace sagespark::container {

/// Cuts the bytes of one file into rows. Not thread-safe.
class RowDecoder {
 public:
  virtual ~RowDecoder() = default;

  /// Sets all of `row` to the next row's features; false at the end of the file. Errors name the place in the file
  /// (byte or line); kSchemaMismatch when the row has another length, kCorruptData for NaN and infinity.
  virtual Result<bool> Next(std::span<float> row) = 0;
};

/// The stream outlives the decoder.
using MakeRowDecoder = std::function<std::unique_ptr<RowDecoder>(io::InputStream& stream)>;

/// Rows of `feature_dim` floats, row-major without gaps.
struct RowBatch {
  std::vector<float> values;
  int64_t rows = 0;
};

/// Reads files as batches of rows, once, on a thread of its own that decodes the next batch while the caller works on
/// the last: two batches of memory, whatever the files hold. Not thread-safe.
class BatchReader {
 public:
  struct Options {
    int64_t feature_dim = 0;   ///< Floats a row, >= 1.
    int64_t batch_rows = 5000; ///< Rows a batch, >= 1; the last batch has what is left.
    MakeRowDecoder make_decoder;
    CancellationToken cancellation;
  };

  /// Starts to read `paths` one after the other as one run of rows. `files` outlives the reader.
  BatchReader(io::FileSystem& files, std::vector<std::string> paths, Options options);

  /// Waits for the thread, which stops at its next row.
  ~BatchReader();
  BatchReader(const BatchReader&) = delete;
  BatchReader& operator=(const BatchReader&) = delete;

  /// The next batch, of at least one row, valid until the next call; null at the end. The rows before an error are
  /// lost. Errors name the file and the row, counted from 1 over all files; kCancelled.
  Result<const RowBatch*> Next();

 private:
  enum class SlotState { kFree, kFull, kLent };
  struct Slot {
    RowBatch batch;
    SlotState state = SlotState::kFree;
  };

  void ReadAll();
  Status ReadFile(const std::string& path);
  /// Makes room for one more row in the slot being filled; waits until the caller has freed one for it.
  Result<std::span<float>> RoomForRow();
  void PublishSlot();
  void Finish(Status status);

  io::FileSystem& files_;
  const std::vector<std::string> paths_;
  const Options options_;

  // Used by the reading thread only.
  int64_t rows_read_ = 0;
  size_t fill_slot_ = 0;
  bool owns_slot_ = false;  // Whether that slot was seen free.

  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Slot, 2> slots_;  // The batch of a free slot belongs to the reading thread, of a lent one to the caller.
  std::optional<Status> end_;
  std::atomic<bool> stopping_ = false;

  size_t next_slot_ = 0;  // Used by the caller only.
  std::thread thread_;    // Last, so that all else is ready when it starts.
};

}  // namespace sagespark::container
