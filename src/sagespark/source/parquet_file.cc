#include "sagespark/source/parquet_file.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sagespark::source {
namespace {

constexpr std::string_view kMagic = "PAR1";
constexpr size_t kGroupBytes = size_t{16} << 20;

// Numbers of parquet.thrift.
constexpr int32_t kDouble = 5;
constexpr int32_t kRequired = 0;
constexpr int32_t kPlain = 0;
constexpr int32_t kRle = 3;
constexpr int32_t kUncompressed = 0;
constexpr int32_t kDataPage = 0;
constexpr int32_t kVersion = 1;

/// Thrift's compact protocol, as far as Parquet's headers need it.
class CompactWriter {
 public:
  explicit CompactWriter(std::string& out) : out_(out) {}

  void I32(int id, int32_t value) {
    Field(id, kTypeI32);
    Varint(ZigZag(value));
  }
  void I64(int id, int64_t value) {
    Field(id, kTypeI64);
    Varint(ZigZag(value));
  }
  void String(int id, std::string_view value) {
    Field(id, kTypeBinary);
    Bytes(value);
  }
  /// Writes a field of a struct, whose fields `write` writes.
  template <typename Write>
  void Struct(int id, Write write) {
    Field(id, kTypeStruct);
    Nested(write);
  }
  void I32List(int id, std::initializer_list<int32_t> values) {
    List(id, kTypeI32, values.size());
    for (const int32_t value : values) Varint(ZigZag(value));
  }
  void StringList(int id, std::string_view value) {
    List(id, kTypeBinary, 1);
    Bytes(value);
  }
  template <typename Items, typename Write>
  void StructList(int id, const Items& items, Write write) {
    List(id, kTypeStruct, items.size());
    for (const auto& item : items) Nested([&] { write(item); });
  }
  void Stop() { out_ += '\0'; }

 private:
  static constexpr int kTypeI32 = 5;
  static constexpr int kTypeI64 = 6;
  static constexpr int kTypeBinary = 8;
  static constexpr int kTypeList = 9;
  static constexpr int kTypeStruct = 12;

  static uint64_t ZigZag(int64_t value) { return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63); }

  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }
  /// Ids rise by less than 16 within a struct here, which one byte holds.
  void Field(int id, int type) {
    out_ += static_cast<char>((id - last_id_) << 4 | type);
    last_id_ = id;
  }
  void Bytes(std::string_view value) {
    Varint(value.size());
    out_ += value;
  }
  void List(int id, int type, size_t size) {
    Field(id, kTypeList);
    if (size < 15) {
      out_ += static_cast<char>(size << 4 | static_cast<size_t>(type));
      return;
    }
    out_ += static_cast<char>(0xf0 | type);
    Varint(size);
  }
  template <typename Write>
  void Nested(Write write) {
    const int outer = last_id_;
    last_id_ = 0;
    write();
    Stop();
    last_id_ = outer;
  }

  std::string& out_;
  int last_id_ = 0;
};

std::string PageHeader(size_t values) {
  std::string header;
  CompactWriter writer(header);
  const auto size = static_cast<int32_t>(values * sizeof(double));
  writer.I32(1, kDataPage);
  writer.I32(2, size);
  writer.I32(3, size);
  writer.Struct(5, [&] {
    writer.I32(1, static_cast<int32_t>(values));
    writer.I32(2, kPlain);
    writer.I32(3, kRle);
    writer.I32(4, kRle);
  });
  writer.Stop();
  return header;
}

void AppendLittleEndian(uint32_t value, std::string& out) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

}  // namespace

ParquetFileWriter::ParquetFileWriter(std::vector<std::string> names)
    : names_(std::move(names)),
      rows_in_group_(std::max<size_t>(1, kGroupBytes / sizeof(double) / std::max<size_t>(1, names_.size()))),
      columns_(names_.size()) {}

void ParquetFileWriter::WriteHead(std::string& out) {
  if (position_ > 0) return;
  out += kMagic;
  position_ = kMagic.size();
}

void ParquetFileWriter::AddRow(std::span<const double> numbers, std::string& out) {
  for (size_t i = 0; i < numbers.size(); ++i) columns_[i].push_back(numbers[i]);
  ++num_rows_;
  if (!columns_.empty() && columns_[0].size() == rows_in_group_) WriteRowGroup(out);
}

void ParquetFileWriter::WriteRowGroup(std::string& out) {
  static_assert(std::endian::native == std::endian::little);
  WriteHead(out);
  RowGroup& group = groups_.emplace_back();
  group.num_rows = static_cast<int64_t>(columns_[0].size());
  for (std::vector<double>& column : columns_) {
    const std::string header = PageHeader(column.size());
    const size_t bytes = column.size() * sizeof(double);
    out += header;
    out.append(reinterpret_cast<const char*>(column.data()), bytes);
    group.columns.push_back({.offset = position_, .size = static_cast<int64_t>(header.size() + bytes)});
    position_ += group.columns.back().size;
    column.clear();
  }
}

std::string ParquetFileWriter::Footer() const {
  std::string footer;
  CompactWriter writer(footer);
  std::vector<std::string> elements = {"schema"};
  elements.insert(elements.end(), names_.begin(), names_.end());
  writer.I32(1, kVersion);
  writer.StructList(2, elements, [&](const std::string& name) {
    const bool is_root = &name == &elements.front();
    if (!is_root) writer.I32(1, kDouble);
    if (!is_root) writer.I32(3, kRequired);
    writer.String(4, name);
    if (is_root) writer.I32(5, static_cast<int32_t>(names_.size()));
  });
  writer.I64(3, num_rows_);
  writer.StructList(4, groups_, [&](const RowGroup& group) {
    int64_t bytes = 0;
    size_t column = 0;
    writer.StructList(1, group.columns, [&](const ColumnChunk& chunk) {
      bytes += chunk.size;
      writer.I64(2, chunk.offset);
      writer.Struct(3, [&] {
        writer.I32(1, kDouble);
        writer.I32List(2, {kPlain, kRle});
        writer.StringList(3, names_[column++]);
        writer.I32(4, kUncompressed);
        writer.I64(5, group.num_rows);
        writer.I64(6, chunk.size);
        writer.I64(7, chunk.size);
        writer.I64(9, chunk.offset);
      });
    });
    writer.I64(2, bytes);
    writer.I64(3, group.num_rows);
  });
  writer.String(6, "sagespark");
  writer.Stop();
  return footer;
}

void ParquetFileWriter::Finish(std::string& out) {
  WriteHead(out);
  if (!columns_.empty() && !columns_[0].empty()) WriteRowGroup(out);
  const std::string footer = Footer();
  out += footer;
  AppendLittleEndian(static_cast<uint32_t>(footer.size()), out);
  out += kMagic;
}

}  // namespace sagespark::source
