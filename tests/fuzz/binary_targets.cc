#include <algorithm>

#include "sagespark/codec/line_blocks.h"
#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/codec/protobuf_response_row_deserializer.h"
#include "sagespark/codec/record_decoder.h"
#include "sagespark/codec/recordio.h"
#include "sagespark/codec/row_block.h"
#include "targets.h"

namespace sagespark::fuzz {
namespace {

constexpr int64_t kMaxColumns = 1 << 16;  // A sparse row may claim a length that dense memory would not hold.

void Check(const codec::RowBlock& block) {
  const auto stored = static_cast<size_t>(block.layout() == codec::RowBlock::Layout::kDense
                                              ? block.num_rows() * block.num_columns()
                                              : block.row_offsets().back());
  SAGESPARK_CHECK(block.values().size() == stored);
  SAGESPARK_CHECK(block.labels().size() <= static_cast<size_t>(block.num_rows()));
}

void Decode(std::string_view message, codec::RecordDecoder& decoder) {
  if (!decoder.Decode(message).ok()) return;
  for (const auto layout : {codec::RowBlock::Layout::kDense, codec::RowBlock::Layout::kSparse}) {
    codec::RowBlock block({.layout = layout, .num_columns = layout == codec::RowBlock::Layout::kDense ? 3 : 0});
    if (block.AppendRecord(decoder).ok() && block.num_columns() < kMaxColumns) Check(block);
  }
}

}  // namespace

void Record(std::string_view bytes) {
  codec::RecordDecoder decoder;
  Decode(bytes, decoder);
}

void RecordIo(std::string_view bytes) {
  codec::RecordIoReader memory(bytes, 1 << 20);
  codec::RecordIoReader stream(codec::SourceOf(bytes), 1 << 20);
  codec::RecordDecoder decoder;
  while (true) {
    const auto payload = memory.Next();
    const auto streamed = stream.Next();
    SAGESPARK_CHECK(payload.ok() == streamed.ok());
    if (!payload.ok()) return;
    SAGESPARK_CHECK(*payload == *streamed);
    if (!payload->has_value()) return;
    Decode(**payload, decoder);
  }
}

void KMeansAnswer(std::string_view bytes) {
  for (const int64_t rows : {0, 1, 2}) {
    const auto batch = codec::KMeansProtobufResponseRowDeserializer().Deserialize(bytes, rows);
    if (batch.ok()) SAGESPARK_CHECK(batch->num_rows() == rows);
  }
}

void NdArray(std::string_view bytes) {
  const auto arrays = codec::ReadNdArrays(bytes);
  if (arrays.ok()) SAGESPARK_CHECK(codec::ReadNdArrays(codec::WriteNdArrays(*arrays)).ok());
}

}  // namespace sagespark::fuzz
