package network

import (
	"errors"
	"testing"
)

// Words of ONNX Runtime 1.30, and what is left of them.
func TestWords(t *testing.T) {
	const source = "/onnxruntime_src/onnxruntime/core/"
	for text, want := range map[string]string{
		"Error creating C session: " + source +
			"graph/model.cc:202 onnxruntime::Model::Model(onnx::ModelProto&&, const " +
			"onnxruntime::logging::Logger&, const onnxruntime::ModelOptions&) Unsupported model " +
			"IR version: 14, max supported IR version: 13": "Unsupported model IR version: 14, " +
			"max supported IR version: 13",
		"Error running network: Non-zero status code returned while running Add node. " +
			"Name:'a(b)' Status Message: " + source +
			"providers/cpu/math/element_wise_ops.h:563 void " +
			"onnxruntime::BroadcastIterator::Init(ptrdiff_t, ptrdiff_t) axis == 1 || axis == " +
			"largest was false. Attempting to broadcast an axis by a dimension other than 1. 70 " +
			"by 137": "its operator Add fails: Attempting to broadcast an axis by a dimension " +
			"other than 1. 70 by 137",
		"Non-zero status code returned while running AveragePool node. Name:'' Status Message: " +
			source +
			"providers/cpu/nn/pool_attributes.h:236 int64_t " +
			"onnxruntime::PoolAttributes::ComputeOutputSize(int64_t, int64_t) const out_size >= " +
			"0 was false. Calculated output dimension is negative.": "its operator AveragePool " +
			"fails: Calculated output dimension is negative.",
		"Error creating C session: Exception during initialization: " + source +
			"common/safeint.h:17 static void " +
			"SafeIntExceptionHandler<onnxruntime::OnnxRuntimeException>::SafeIntOnOverflow() " +
			"Integer overflow": "Integer overflow",
		"Non-zero status code returned while running Resize node. Name:'' Status Message: " +
			source +
			"framework/op_kernel.cc:83 virtual OrtValue* " +
			"onnxruntime::OpKernelContext::OutputMLValue(int, const onnxruntime::TensorShape&) " +
			"[ONNXRuntimeError] : 1 : FAIL : tensor.cc:57 CalculateTensorStorageSize Tensor " +
			"shape.Size() must be >= 0": "its operator Resize fails: Tensor " +
			"shape.Size() must be >= 0",
		"Error creating C session: This is an invalid model. Error No Op registered for " +
			"NoSuchOperator with domain_version of 17": "Error No Op registered for " +
			"NoSuchOperator with domain_version of 17",
		"something else entirely": "something else entirely",
	} {
		if got := (&runtimeError{errors.New(text)}).Error(); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
