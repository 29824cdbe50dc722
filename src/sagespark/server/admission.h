#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace sagespark::server {

/// Bounds what is under way at a time, by number and by bytes; what goes beyond is refused, not queued. Thread-safe.
class Admission {
 public:
  Admission(int most, uint64_t most_bytes) : left_(most), bytes_left_(most_bytes) {}

  /// Room that was given; it comes back with its end.
  class Room {
   public:
    Room(Room&& other) noexcept : admission_(std::exchange(other.admission_, nullptr)), bytes_(other.bytes_) {}
    Room& operator=(Room&&) = delete;
    ~Room() {
      if (admission_ != nullptr) admission_->GiveBack(bytes_);
    }

   private:
    friend class Admission;
    Room(Admission* admission, uint64_t bytes) : admission_(admission), bytes_(bytes) {}
    Admission* admission_;
    uint64_t bytes_;
  };

  /// Room for one more with so many bytes, or nothing.
  std::optional<Room> TryEnter(uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (left_ == 0 || bytes_left_ < bytes) return std::nullopt;
    --left_;
    bytes_left_ -= bytes;
    return Room(this, bytes);
  }

 private:
  void GiveBack(uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    ++left_;
    bytes_left_ += bytes;
  }

  std::mutex mutex_;
  int left_;             ///< Guarded by mutex_, as the next.
  uint64_t bytes_left_;
};

}  // namespace sagespark::server
