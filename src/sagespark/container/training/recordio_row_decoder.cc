#include "sagespark/codec/record_decoder.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/codec/row_block.h"
#include "sagespark/container/training/row_decoders.h"

namespace sagespark::container {
namespace {

class RecordIoRowDecoder final : public RowDecoder {
 public:
  explicit RecordIoRowDecoder(io::InputStream& stream)
      : frames_([&stream](std::span<char> buffer) { return stream.Read(buffer); }) {}

  Result<bool> AppendTo(codec::RowBlock& block) override {
    const int64_t frame = frames_.position();
    SAGESPARK_ASSIGN_OR_RETURN(const auto message, frames_.Next());
    if (!message) return false;
    Status status = record_.Decode(*message);
    if (status.ok()) status = block.AppendRecord(record_);
    if (status.ok()) [[likely]] return true;
    return Error(status.error().kind(), status.error().message() + ", frame at byte " + std::to_string(frame));
  }

 private:
  codec::RecordIoReader frames_;
  codec::RecordDecoder record_;
};

}  // namespace

std::unique_ptr<RowDecoder> MakeRecordIoRowDecoder(io::InputStream& stream) {
  return std::make_unique<RecordIoRowDecoder>(stream);
}

}  // namespace sagespark::container
