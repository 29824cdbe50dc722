#include <algorithm>
#include <charconv>
#include <utility>

#include "sagespark/base/log.h"
#include "sagespark/codec/libsvm.h"
#include "sagespark/codec/training_row_writer.h"
#include "sagespark/source/formats.h"
#include "sagespark/source/line_split.h"
#include "sagespark/source/training_row_encoder.h"

namespace sagespark::source {
namespace {

using data::TypeId;

/// As Spark prints a schema in this message.
std::string SchemaText(const data::Schema& schema) {
  std::string text;
  for (const data::Field& field : schema.fields()) {
    std::string type = field.type.ToString();
    type[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(type[0])));
    text += (text.empty() ? "" : ",") + std::string("StructField(") + field.name + "," + type + "Type," +
            (field.nullable ? "true" : "false") + ")";
  }
  return "StructType(" + text + ")";
}

/// Spark's rule: a double, then a vector, under any names.
Status CheckLibSvmSchema(const data::Schema& schema) {
  const bool fits = schema.size() == 2 && schema.fields()[0].type.id() == TypeId::kDouble &&
                    schema.fields()[1].type.id() == TypeId::kVector;
  if (fits) return Status::Ok();
  return SchemaMismatch("Illegal schema for libsvm data, schema=" + SchemaText(schema));
}

/// Puts the right line numbers into the error of a split that begins in the middle of its file.
class LibSvmSplitStream final : public data::BatchStream {
 public:
  LibSvmSplitStream(const io::FileSystems& file_systems, FileSplit split, codec::LibSvmOptions options)
      : file_systems_(&file_systems),
        split_(std::move(split)),
        options_(std::move(options)),
        reader_(ReadLinesOf(file_systems, split_), options_) {}

  const std::shared_ptr<const data::Schema>& schema() const override { return reader_.schema(); }

  Result<std::optional<data::Batch>> Next() override {
    auto batch = reader_.Next();
    const bool corrupt = !batch.ok() && batch.error().kind() == ErrorKind::kCorruptData;
    if (!corrupt || split_.offset == 0) return batch;
    return LocatedError(batch.error());
  }

 private:
  /// Only now the lines before the split are counted, and the split read again to its error.
  Error LocatedError(const Error& error) const {
    const auto first_line = FirstLineOf(*file_systems_, split_);
    if (!first_line.ok()) return error;
    codec::LibSvmOptions options = options_;
    options.first_line = *first_line;
    codec::LibSvmReader again(ReadLinesOf(*file_systems_, split_), std::move(options));
    for (;;) {
      const auto batch = again.Next();
      if (!batch.ok()) return batch.error();
      if (!batch->has_value()) return error;  // The file has changed meanwhile.
    }
  }

  const io::FileSystems* file_systems_;
  FileSplit split_;
  codec::LibSvmOptions options_;
  codec::LibSvmReader reader_;
};

class LibSvmFormatReader final : public FormatReader {
 public:
  LibSvmFormatReader(Options options, std::optional<int64_t> num_features, codec::VectorLayout layout)
      : options_(std::move(options)), num_features_(num_features), layout_(layout) {}

  bool splittable() const override { return true; }

  Result<InferredSource> Infer(const io::FileSystems& file_systems,
                               const std::vector<io::FileInfo>& files) const override {
    InferredSource inferred{*codec::LibSvmReader::MakeSchema(), options_};
    if (num_features_.has_value()) return inferred;
    if (files.empty()) return InvalidArgument("No input path specified for libsvm data");
    Log(LogLevel::kWarning,
        "'numFeatures' option not specified, determining the number of features by going though the input. If you know "
        "the number in advance, please specify it via 'numFeatures' option to avoid the extra scan.");
    int64_t num_features = 1;
    for (const io::FileInfo& file : files) {
      const FileSplit whole{.uri = file.uri, .offset = 0, .length = file.size, .file_size = file.size};
      SAGESPARK_ASSIGN_OR_RETURN(const int64_t count, codec::CountLibSvmFeatures(ReadLinesOf(file_systems, whole),
                                                                                 file.uri.ToString()));
      num_features = std::max(num_features, count);
    }
    inferred.options["numFeatures"] = std::to_string(num_features);
    return inferred;
  }

  Status CheckSchema(const data::Schema& schema) const override { return CheckLibSvmSchema(schema); }

  Result<std::unique_ptr<data::BatchStream>> Open(const io::FileSystems& file_systems, const FileSplit& split,
                                                  std::shared_ptr<const data::Schema>) const override {
    if (!num_features_.has_value()) return InternalError("numFeatures is not known when a libsvm file is read");
    codec::LibSvmOptions options{
        .num_features = *num_features_, .layout = layout_, .drop_zeros = true, .file = split.uri.ToString()};
    return std::make_unique<LibSvmSplitStream>(file_systems, split, std::move(options));
  }

 private:
  Options options_;
  std::optional<int64_t> num_features_;
  codec::VectorLayout layout_;
};

class LibSvmFormatWriter final : public FormatWriter {
 public:
  std::string_view file_extension() const override { return ".libsvm"; }
  Status CheckSchema(const data::Schema& schema) const override { return CheckLibSvmSchema(schema); }
  std::unique_ptr<RowEncoder> MakeEncoder(const data::Schema& schema) const override {
    return MakeTrainingRowEncoder(codec::MakeLibSvmTrainingRowWriter(
        {.label = schema.fields()[0].name, .features = schema.fields()[1].name}));
  }
};

Result<std::optional<int64_t>> NumFeatures(const Options& options) {
  const auto found = options.find("numFeatures");
  if (found == options.end()) return std::optional<int64_t>();
  constexpr int64_t kMost = INT32_MAX;  // Indices are 32 bits wide.
  const std::string& text = found->second;
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > kMost) {
    return InvalidArgument("Option is no whole number from 1 to 2147483647: numFeatures is \"" + text + "\"");
  }
  return std::optional<int64_t>(count);
}

Result<codec::VectorLayout> VectorType(const Options& options) {
  const auto found = options.find("vectorType");
  if (found == options.end() || found->second == "sparse") return codec::VectorLayout::kSparse;
  if (found->second == "dense") return codec::VectorLayout::kDense;
  return InvalidArgument("Invalid value `" + found->second +
                         "` for parameter vectorType. Expected types are `sparse` and `dense`.");
}

}  // namespace

Result<std::unique_ptr<FormatReader>> MakeLibSvmReader(const Options& options) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto num_features, NumFeatures(options));
  SAGESPARK_ASSIGN_OR_RETURN(const codec::VectorLayout layout, VectorType(options));
  return std::make_unique<LibSvmFormatReader>(options, num_features, layout);
}

std::unique_ptr<FormatWriter> MakeLibSvmWriter() { return std::make_unique<LibSvmFormatWriter>(); }

}  // namespace sagespark::source
