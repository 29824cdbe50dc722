#include "sagespark/container/training/row_decoders.h"

namespace sagespark::container {

Result<MakeRowDecoder> RowDecoderFor(const ChannelConfig& channel) {
  if (channel.content_type.type == kRecordIoProtobuf) return MakeRowDecoder(MakeRecordIoRowDecoder);
  return Unimplemented("Content type of a channel cannot be read: channel \"" + channel.name + "\" has " +
                       channel.content_type.type + ", readable are " + std::string(kRecordIoProtobuf) + ", " +
                       std::string(kCsv));
}

}  // namespace sagespark::container
