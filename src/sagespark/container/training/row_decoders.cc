#include "sagespark/container/training/row_decoders.h"

namespace sagespark::container {
namespace {

Result<int> LabelSizeOf(const ChannelConfig& channel, LabelRule labels) {
  const std::string* text = channel.content_type.Find("label_size");
  if (text == nullptr || *text == "1") return 1;
  if (*text == "0" && labels == LabelRule::kIgnored) return 0;
  if (*text == "0") {
    return InvalidArgument("Content type has no labels, which this algorithm needs: channel \"" + channel.name +
                           "\" has label_size=0");
  }
  return InvalidArgument("Content type's label_size is not 0 or 1: channel \"" + channel.name + "\" has \"" + *text +
                         "\"");
}

}  // namespace

Result<MakeRowDecoder> RowDecoderFor(const ChannelConfig& channel, LabelRule labels) {
  if (channel.content_type.type == kRecordIoProtobuf) return MakeRowDecoder(MakeRecordIoRowDecoder);
  if (channel.content_type.type == kCsv) {
    SAGESPARK_ASSIGN_OR_RETURN(const int label_size, LabelSizeOf(channel, labels));
    return MakeRowDecoder([label_size](io::InputStream& stream) { return MakeCsvRowDecoder(stream, label_size); });
  }
  return Unimplemented("Content type of a channel cannot be read: channel \"" + channel.name + "\" has " +
                       channel.content_type.type + ", readable are " + std::string(kRecordIoProtobuf) + ", " +
                       std::string(kCsv));
}

}  // namespace sagespark::container
