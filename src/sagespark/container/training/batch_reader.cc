#include "sagespark/container/training/batch_reader.h"

#include <algorithm>

namespace sagespark::container {

BatchReader::BatchReader(io::FileSystem& files, std::vector<std::string> paths, Options options)
    : files_(files), paths_(std::move(paths)), options_(std::move(options)), thread_([this] { ReadAll(); }) {}

BatchReader::~BatchReader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<const RowBatch*> BatchReader::Next() {
  std::unique_lock lock(mutex_);
  Slot& lent = slots_[1 - next_slot_];
  if (lent.state == SlotState::kLent) {
    lent.state = SlotState::kFree;
    changed_.notify_all();
  }
  Slot& slot = slots_[next_slot_];
  changed_.wait(lock, [&] { return slot.state == SlotState::kFull || end_.has_value(); });
  if (slot.state == SlotState::kFull) {
    slot.state = SlotState::kLent;
    next_slot_ = 1 - next_slot_;
    return &slot.batch;
  }
  if (!end_->ok()) return end_->error();
  return nullptr;
}

void BatchReader::ReadAll() {
  Status status;
  for (const std::string& path : paths_) {
    status = ReadFile(path);
    if (!status.ok()) break;
  }
  if (status.ok() && owns_slot_ && slots_[fill_slot_].batch.rows > 0) PublishSlot();
  Finish(std::move(status));
}

Status BatchReader::ReadFile(const std::string& path) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto stream, files_.Open({.scheme = "file", .authority = {}, .path = path}));
  const auto decoder = options_.make_decoder(*stream);
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const std::span<float> row, RoomForRow());
    const auto found = decoder->Next(row);
    if (!found.ok()) {
      return found.error().WithContext("Cannot read row " + std::to_string(rows_read_ + 1) + ", file " + path);
    }
    if (!*found) return Status::Ok();
    ++rows_read_;
    if (++slots_[fill_slot_].batch.rows == options_.batch_rows) PublishSlot();
  }
}

Result<std::span<float>> BatchReader::RoomForRow() {
  if (stopping_) return Cancelled("Reading was stopped");
  Slot& slot = slots_[fill_slot_];
  if (!owns_slot_) {
    SAGESPARK_RETURN_IF_ERROR(options_.cancellation.Check());
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return slot.state == SlotState::kFree || stopping_; });
    if (stopping_) return Cancelled("Reading was stopped");
    slot.batch.rows = 0;
    owns_slot_ = true;
  }
  const auto width = static_cast<size_t>(options_.feature_dim);
  const size_t begin = static_cast<size_t>(slot.batch.rows) * width;
  std::vector<float>& values = slot.batch.values;
  if (values.size() < begin + width) {
    // Grows as rows come, so that a batch size beyond the data costs nothing, and never beyond one batch.
    const size_t full = static_cast<size_t>(options_.batch_rows) * width;
    values.resize(std::max(begin + width, std::min(full, 2 * values.size())));
  }
  return std::span<float>(values.data() + begin, width);
}

void BatchReader::PublishSlot() {
  {
    const std::lock_guard lock(mutex_);
    slots_[fill_slot_].state = SlotState::kFull;
  }
  changed_.notify_all();
  fill_slot_ = 1 - fill_slot_;
  owns_slot_ = false;
}

void BatchReader::Finish(Status status) {
  {
    const std::lock_guard lock(mutex_);
    end_ = std::move(status);
  }
  changed_.notify_all();
}

}  // namespace sagespark::container
