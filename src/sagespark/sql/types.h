#pragma once

#include <string>

#include "sagespark/data/schema.h"

namespace sagespark::sql {

/// Spark's types and fields under Spark's names.
using DataType = data::DataType;
using StructField = data::Field;
using StructType = data::Schema;

inline const DataType BooleanType{data::TypeId::kBoolean};
inline const DataType ByteType{data::TypeId::kByte};
inline const DataType ShortType{data::TypeId::kShort};
inline const DataType IntegerType{data::TypeId::kInteger};
inline const DataType LongType{data::TypeId::kLong};
inline const DataType FloatType{data::TypeId::kFloat};
inline const DataType DoubleType{data::TypeId::kDouble};
inline const DataType StringType{data::TypeId::kString};
inline const DataType BinaryType{data::TypeId::kBinary};
inline const DataType VectorType{data::TypeId::kVector};

}  // namespace sagespark::sql
