#include "sagespark/engine/local/parquet_table.h"

#include <arrow/c/bridge.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include <utility>

#include "sagespark/engine/local/arrow_bridge.h"

namespace sagespark::engine::local {
namespace {

Result<data::Schema> FromArrowSchema(const arrow::Schema& schema) {
  ArrowSchema exported;
  SAGESPARK_RETURN_IF_ARROW_ERROR(arrow::ExportSchema(schema, &exported));
  auto imported = data::ImportSchema(exported);
  exported.release(&exported);
  return imported;
}

/// A file that is no Parquet, or a broken one, is the file's fault.
Error BrokenFile(const arrow::Status& status) { return CorruptData("Parquet file cannot be read: " + status.message()); }

}  // namespace

Result<std::string> EncodeParquetTable(const data::Batch& rows, const std::map<std::string, std::string>& metadata) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto batch, ToArrow(rows));
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(const auto sink, arrow::io::BufferOutputStream::Create());
  const auto properties = parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->build();
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(
      const auto writer, parquet::arrow::FileWriter::Open(*batch->schema(), arrow::default_memory_pool(), sink, properties));
  SAGESPARK_RETURN_IF_ARROW_ERROR(writer->WriteRecordBatch(*batch));
  // The schema's own metadata would go into the footer only together with the whole schema in Arrow's form.
  SAGESPARK_RETURN_IF_ARROW_ERROR(
      writer->AddKeyValueMetadata(arrow::key_value_metadata({metadata.begin(), metadata.end()})));
  SAGESPARK_RETURN_IF_ARROW_ERROR(writer->Close());
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(const auto buffer, sink->Finish());
  return buffer->ToString();
}

Result<data::Batch> DecodeParquetTable(std::string bytes) {
  const auto source = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes)));
  auto opened = parquet::arrow::OpenFile(source, arrow::default_memory_pool());
  if (!opened.ok()) return BrokenFile(opened.status());
  const auto table = (*opened)->ReadTable();
  if (!table.ok()) return BrokenFile(table.status());
  SAGESPARK_ASSIGN_OR_RETURN_ARROW(const auto batch, (*table)->CombineChunksToBatch());
  SAGESPARK_ASSIGN_OR_RETURN(data::Schema schema, FromArrowSchema(*batch->schema()));
  return FromArrow(*batch, std::make_shared<const data::Schema>(std::move(schema)));
}

}  // namespace sagespark::engine::local
