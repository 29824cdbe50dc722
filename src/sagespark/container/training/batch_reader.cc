#include "sagespark/container/training/batch_reader.h"

namespace sagespark::container {

BatchReader::BatchReader(io::FileSystem& files, std::vector<std::string> paths, Options options)
    : files_(files), paths_(std::move(paths)), options_(std::move(options)) {
  for (Slot& slot : slots_) slot.batch = codec::RowBlock(options_.rows);
  thread_ = std::thread([this] { ReadAll(); });
}

BatchReader::~BatchReader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<const codec::RowBlock*> BatchReader::Next() {
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
  if (status.ok() && owns_slot_ && slots_[fill_slot_].batch.num_rows() > 0) PublishSlot();
  Finish(std::move(status));
}

Status BatchReader::ReadFile(const std::string& path) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto stream, files_.Open({.scheme = "file", .authority = {}, .path = path}));
  const auto decoder = options_.make_decoder(*stream);
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(codec::RowBlock* const batch, BatchToFill());
    const auto found = decoder->AppendTo(*batch);
    if (!found.ok()) {
      return found.error().WithContext("Cannot read row " + std::to_string(rows_read_ + 1) + ", file " + path);
    }
    if (!*found) return Status::Ok();
    ++rows_read_;
    if (batch->num_rows() == options_.batch_rows) PublishSlot();
  }
}

Result<codec::RowBlock*> BatchReader::BatchToFill() {
  if (stopping_) return Cancelled("Reading was stopped");
  Slot& slot = slots_[fill_slot_];
  if (!owns_slot_) {
    SAGESPARK_RETURN_IF_ERROR(options_.cancellation.Check());
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return slot.state == SlotState::kFree || stopping_; });
    if (stopping_) return Cancelled("Reading was stopped");
    slot.batch.Clear();
    // The caller may still read the other batch, and what its first row decided never changes again.
    if (rows_read_ > 0) slot.batch.DecideAs(slots_[1 - fill_slot_].batch);
    owns_slot_ = true;
  }
  return &slot.batch;
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
